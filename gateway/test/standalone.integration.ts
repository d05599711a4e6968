import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf } from './support/answer.ts';
import { type SubgraphAt, startGraph, type TestGraph } from './support/start-graph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const books = `${link}
  type Query { book(isbn: ID!): Book  broken: String  custom: String }
  type Book @key(fields: "isbn") { isbn: ID!  title: String! }`;
const reviews = `${link}
  type Mutation { review(isbn: ID!, stars: Int!): Book }
  type Book @key(fields: "isbn") { isbn: ID!  stars: [Int!]! }`;
const given: number[] = [5];
const servers: ApolloServer[] = [];
let graph: TestGraph;

async function serve(name: string, sdl: string, resolvers: Record<string, unknown>): Promise<SubgraphAt> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  const server = new ApolloServer({
    schema,
    nodeEnv: 'development',
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  servers.push(server);
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return { name, sdl, url };
}

beforeAll(async () => {
  graph = await startGraph(
    [
      await serve('books', books, {
        Book: { __resolveReference: ({ isbn }: { isbn: string }) => ({ isbn, title: 'Emma' }) },
        Query: {
          book: (_: unknown, { isbn }: { isbn: string }) => ({ isbn, title: 'Emma' }),
          broken: () => {
            throw new Error('connection to 10.0.0.7 refused');
          },
          custom: () => {
            throw new GraphQLError('Out of print', {
              extensions: { code: 'OUT_OF_PRINT', http: { status: 418 } },
            });
          },
        },
      }),
      await serve('reviews', reviews, {
        Mutation: {
          review: (_: unknown, { isbn, stars }: { isbn: string; stars: number }) => {
            given.push(stars);
            return { isbn };
          },
        },
        Book: { stars: () => given },
      }),
    ],
    // Nobody answers for tokens, and nothing is signed.
    { INTERNAL_KEYS: '', JWKS_URL: 'http://127.0.0.1:9/jwks.json', USER_URL: '' },
  );
});
afterAll(async () => {
  await graph.stop();
  await Promise.all(servers.map((server) => server.stop()));
});

describe('alone, before subgraphs that know nothing of it', () => {
  it('serves their graph', async () => {
    expect((await graph.ask('{ book(isbn: "1") { title stars } }')).data).toEqual({
      book: { title: 'Emma', stars: [5] },
    });
    const mutation = 'mutation { review(isbn: "1", stars: 4) { title stars } }';
    expect((await graph.ask(mutation)).data).toEqual({ review: { title: 'Emma', stars: [5, 4] } });
  });

  it('keeps what their errors tell of the inside', async () => {
    const broken = await graph.ask('{ broken }');
    expect([broken.status, codesOf(broken)]).toEqual([200, ['INTERNAL_SERVER_ERROR']]);
    expect(JSON.stringify(broken)).not.toMatch(/10\.0\.0\.7|stack/);
    const custom = await graph.ask('{ custom }');
    expect([custom.status, codesOf(custom)]).toEqual([200, ['DOWNSTREAM_ERROR']]);
  });

  it('does not call a token bad that it cannot check', async () => {
    const answer = await graph.ask('{ book(isbn: "1") { title } }', { token: await graph.issuer.token() });
    expect([answer.status, codesOf(answer)]).toEqual([503, ['DOWNSTREAM_ERROR']]);
    expect((await fetch(`${graph.url}/readyz`)).status).toBe(200);
  });
});
