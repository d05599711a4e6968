import { createLogger } from '@murmuration/service-kit';
import { createSubgraph, type RequestContext, serveSubgraph } from '@murmuration/service-kit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ada, ben } from './support/issuer.ts';
import { startGraph, type SubgraphAt, type TestGraph, testKey } from './support/start-graph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const closing: (() => Promise<unknown>)[] = [];

/** Every field `…By` answers who it is read for. */
const reader = (_: unknown, __: unknown, { identity }: RequestContext) =>
  identity.kind === 'viewer' ? identity.subject : identity.kind;

/** Says whom it signed in as a subgraph does; in a query too, where it must not count. */
const enter = (_: unknown, { token }: { token: string }, context: RequestContext) => {
  context.extensions.readAs = token;
  return { id: '1' };
};

async function serve(name: string, sdl: string, resolvers: unknown): Promise<SubgraphAt> {
  const logger = createLogger(name, 'silent');
  const createContext = (request: RequestContext) => request;
  const subgraph = createSubgraph({ name, typeDefs: link + sdl, resolvers, logger, createContext });
  const server = serveSubgraph(subgraph, { logger, keys: [testKey], readiness: {} });
  closing.push(() => server.app.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { name, sdl: link + sdl, url: `${url}/graphql` };
}

let graphs: { executor: string; graph: TestGraph }[];
beforeAll(async () => {
  const subgraphs = await Promise.all([
    serve(
      'door',
      `type Query { peek(token: String!): Person }
       type Mutation { enter(token: String!): Person }
       type Person @key(fields: "id") { id: ID!  doorBy: String }`,
      { Query: { peek: enter }, Mutation: { enter }, Person: { doorBy: reader } },
    ),
    serve(
      'room',
      `type Query { roomBy: String }
       type Mutation { knock: Person  knockBy: String }
       type Person @key(fields: "id") { id: ID!  roomBy: String }`,
      {
        Query: { roomBy: reader },
        Mutation: { knock: () => ({ id: '1' }), knockBy: reader },
        Person: { roomBy: reader },
      },
    ),
  ]);
  const executors = ['murmuration', 'apollo'];
  const started = executors.map(async (executor) => ({
    executor,
    graph: await startGraph(subgraphs, { EXECUTOR: executor }),
  }));
  graphs = await Promise.all(started);
  for (const { graph } of graphs) closing.unshift(() => graph.stop());
});
afterAll(async () => {
  for (const close of closing) await close();
});

const entering = 'mutation ($token: String!) { enter(token: $token) { roomBy } }';

describe.each(['murmuration', 'apollo'])('a session that a mutation opens, executed by %s', (executor) => {
  const graph = () => graphs.find((one) => one.executor === executor)?.graph as TestGraph;
  const as = async (sub: string) => graph().issuer.token({ sub, sid: 'ses_00000000007' });

  it('completes the answer in the name of whom it is for, whoever asked', async () => {
    const variables = { token: await as(ben) };
    for (const token of [undefined, await as(ada)]) {
      const { data, errors } = await graph().ask(entering, { variables, token });
      expect({ data, errors }).toEqual({ data: { enter: { roomBy: ben } }, errors: undefined });
    }
  });

  it('shares no read with another one that is opened at the same time', async () => {
    const people = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ada : ben));
    const seen = people.map(async (sub) => {
      const { data } = await graph().ask(entering, { variables: { token: await as(sub) } });
      return data?.enter;
    });
    expect(await Promise.all(seen)).toEqual(people.map((sub) => ({ roomBy: sub })));
  });

  it('is ignored if its token is not as good as one that a client brings', async () => {
    const { issuer } = graph();
    const bad = [
      await issuer.forged(),
      await issuer.token({ sub: ben, expiresIn: '-1s' }),
      await issuer.token({ sub: ben, aud: 'another graph' }),
      'no token',
      '',
    ];
    for (const token of bad) {
      const { data } = await graph().ask(entering, { variables: { token }, token: await as(ada) });
      expect(data).toEqual({ enter: { roomBy: ada } });
    }
  });

  it('never has its token go on to the client', async () => {
    const token = await as(ben);
    const response = await fetch(`${graph().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: entering, variables: { token } }),
    });
    expect(await response.json()).toEqual({ data: { enter: { roomBy: ben } } });
    expect(JSON.stringify([...response.headers])).not.toContain(token);
  });

  it('cannot be opened by a query', async () => {
    const { data } = await graph().ask('query ($token: String!) { peek(token: $token) { roomBy } }', {
      variables: { token: await as(ben) },
      token: await as(ada),
    });
    expect(data).toEqual({ peek: { roomBy: ada } });
  });

  it('lends its name to no other mutation, nor to what is read of that', async () => {
    const { data } = await graph().ask(
      'mutation ($token: String!) { enter(token: $token) { id } knockBy knock { doorBy } }',
      { variables: { token: await as(ben) }, token: await as(ada) },
    );
    expect(data).toEqual({ enter: { id: '1' }, knockBy: ada, knock: { doorBy: ada } });
  });
});
