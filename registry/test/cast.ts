import { parseConfig } from '../src/config/load.ts';
import type { Config } from '../src/config/schema.ts';
import type { Subgraph } from '../src/composition/subgraph.ts';

const header =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@tag"])';

/** A subgraph of the cast: who people are. */
export function people(fields = 'name: String nameHistory: [String!]', roots = ''): Subgraph {
  return {
    name: 'people',
    file: 'subgraphs/people/schema.graphql',
    sdl: `${header}\ntype Query {\n  me: User\n  ${roots}\n}\ntype User @key(fields: "id") {\n  id: ID!\n  ${fields}\n}\n`,
  };
}

/** A subgraph of the cast: what people say. */
export function posts(fields = 'text: String!'): Subgraph {
  return {
    name: 'posts',
    file: 'subgraphs/posts/schema.graphql',
    sdl: `${header}\ntype Query {\n  post(id: ID!): Post\n}\ntype Post @key(fields: "id") {\n  id: ID!\n  ${fields}\n  author: User\n}\ntype User @key(fields: "id", resolvable: false) {\n  id: ID!\n}\n`,
  };
}

/** A configuration with defaults and the given differences. Lint has its own tests. */
export function config(overrides: Record<string, unknown> = {}): Config {
  const quiet = { lint: { default: 'ignore' } };
  return parseConfig(
    JSON.stringify({ subgraphs: 'subgraphs/*/schema.graphql', ...quiet, ...overrides }),
    'test',
  );
}

export const nowMs = Date.parse('2026-11-22T00:00:00Z');
