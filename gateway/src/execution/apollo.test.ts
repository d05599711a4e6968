import { ApolloServer } from '@apollo/server';
import { afterEach, expect, test } from 'vitest';
import { anonymousContext } from '../../test/differential/harness.ts';
import { composeSupergraph, createLocalFetcher, schemaOf } from '../../test/differential/local-subgraphs.ts';
import { shop } from '../../test/differential/shop.ts';
import { createGeneration } from '../planning/generation.ts';
import { createGatewayInterface } from './apollo.ts';

const fetcher = createLocalFetcher(new Map(shop.map((subgraph) => [subgraph.name, schemaOf(subgraph)])));
const servers: ApolloServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

function serve() {
  const generation = createGeneration(composeSupergraph(shop), { fetcher });
  const adaptor = createGatewayInterface({ generation, requestContextOf: () => anonymousContext() });
  const server = new ApolloServer({ gateway: adaptor.gateway });
  servers.push(server);
  return { adaptor, server };
}

async function ask(server: ApolloServer, query: string, variables?: Record<string, unknown>) {
  const { body, http } = await server.executeOperation({ query, ...(variables ? { variables } : {}) });
  if (body.kind !== 'single') throw new Error('Expected one result');
  return { result: JSON.parse(JSON.stringify(body.singleResult)), status: http.status };
}

test('serves Apollo Server', async () => {
  const { server } = serve();
  const { result } = await ask(server, '{ top(first: 1) { title inStock } }');
  expect(result).toEqual({ data: { top: [{ title: 'Anvil', inStock: true }] } });
});

test('refuses bad variables as a bad request', async () => {
  const { server } = serve();
  const { result, status } = await ask(server, 'query Q($n: Int!) { top(first: $n) { title } }', { n: 'x' });
  expect(result.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  expect(result.data).toBeUndefined();
  expect(status).toBe(400);
});

test('refuses what cannot be a response key without failing', async () => {
  const { server } = serve();
  const { result } = await ask(server, '{ constructor: top(first: 1) { title } }');
  expect(result.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('swaps to another supergraph between requests', async () => {
  const { adaptor, server } = serve();
  await server.start().catch(() => undefined);
  await ask(server, '{ top(first: 1) { title } }');
  const [accounts] = shop;
  if (!accounts) throw new Error('The shop has accounts');
  adaptor.swap(createGeneration(composeSupergraph([accounts]), { fetcher }));
  expect((await ask(server, '{ top(first: 1) { title } }')).result.errors[0].extensions.code).toBe(
    'GRAPHQL_VALIDATION_FAILED',
  );
  expect((await ask(server, '{ user(id: "1") { name } }')).result.data).toEqual({ user: { name: 'Ada' } });
});

test('finishes what has started on the generation that admitted it', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const schemas = new Map(shop.map((subgraph) => [subgraph.name, schemaOf(subgraph)]));
  let isHeld: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const slow = createLocalFetcher(schemas, (request) => {
    if (request.subgraph !== 'products') return undefined;
    isHeld();
    return held.then(() => ({ data: { top: [{ __typename: 'Product', upc: 'a', title: 'Old' }] } }));
  });
  const generation = createGeneration(composeSupergraph(shop), { fetcher: slow });
  const adaptor = createGatewayInterface({ generation, requestContextOf: () => anonymousContext() });
  const server = new ApolloServer({ gateway: adaptor.gateway });
  servers.push(server);
  const running = ask(server, '{ top(first: 1) { title inStock } }');
  await reached;
  const [accounts] = shop;
  if (!accounts) throw new Error('The shop has accounts');
  adaptor.swap(createGeneration(composeSupergraph([accounts]), { fetcher }));
  release();
  expect((await running).result).toEqual({ data: { top: [{ title: 'Old', inStock: true }] } });
});
