import type { InternalKey } from '@murmuration/config';
import { createLogger, type HttpServer } from '@murmuration/service-kit';
import {
  createSubgraph,
  type RequestContext,
  requireViewer,
  serveSubgraph,
} from '@murmuration/service-kit/subgraph';

/** A small graph of two subgraphs over HTTP: neighbours, and the notes on their doors. */
export interface RunningSubgraph {
  name: string;
  sdl: string;
  url: string;
  server: HttpServer;
  /** The contexts of all requests so far. */
  seen: RequestContext[];
}

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const names = new Map([
  ['1', 'Ada'],
  ['2', 'Ben'],
]);

/** A position that no wait reaches. */
export const farAhead = 'far-ahead';

const neighbours = {
  sdl: `${link}
    type Query {
      me: String
      neighbour(id: ID!): Neighbour
      secret: String
      broken: String
      slow(ms: Int!): String
      echo(text: String!): String!
    }
    type Mutation { rename(id: ID!, name: String!): Neighbour }
    type Neighbour @key(fields: "id") { id: ID!  name: String! }`,
  resolvers: {
    Query: {
      me: (_: unknown, __: unknown, { identity }: RequestContext) =>
        identity.kind === 'viewer' ? identity.subject : identity.kind,
      neighbour: (_: unknown, { id }: { id: string }) => (names.has(id) ? { id } : null),
      secret: (_: unknown, __: unknown, context: RequestContext) => String(requireViewer(context)),
      broken: () => {
        throw new Error('SELECT * FROM account failed at 10.0.0.1');
      },
      slow: async (_: unknown, { ms }: { ms: number }) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return 'slept';
      },
      echo: (_: unknown, { text }: { text: string }, { extensions, position }: RequestContext) => {
        if (position === farAhead) extensions.behind = true;
        return text;
      },
    },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }, context: RequestContext) => {
        names.set(id, name);
        context.extensions.position = `renamed-${id}`;
        context.extensions.rateLimits = { names: { quota: 5, windowSeconds: 60, left: 4, resetSeconds: 60 } };
        return { id };
      },
    },
    Neighbour: {
      __resolveReference: ({ id }: { id: string }) => (names.has(id) ? { id } : null),
      name: ({ id }: { id: string }) => names.get(id),
    },
  },
};

const notes = {
  sdl: `${link}
    type Query { notes: [Note!]! note(id: ID!): Note }
    type Note @key(fields: "id") { id: ID!  text: String!  by: Neighbour }
    type Neighbour @key(fields: "id") { id: ID!  notes: [Note!] }`,
  resolvers: {
    Query: {
      notes: () => ['1', '2'].map((id) => ({ id })),
      note: (_: unknown, { id }: { id: string }) => ({ id }),
    },
    Note: {
      text: ({ id }: { id: string }) => `note ${id}`,
      by: ({ id }: { id: string }) => ({ __typename: 'Neighbour', id }),
    },
    Neighbour: { notes: ({ id }: { id: string }) => [{ id }] },
  },
};

export const definitions = { neighbours, notes } as const;

/** Serves one of the two on a free port. */
export async function serveNeighbourhood(
  name: keyof typeof definitions,
  keys: readonly InternalKey[],
  port = 0,
): Promise<RunningSubgraph> {
  const logger = createLogger(name, 'silent');
  const { sdl, resolvers } = definitions[name];
  const seen: RequestContext[] = [];
  const subgraph = createSubgraph({
    name,
    typeDefs: sdl,
    resolvers,
    logger,
    createContext(request) {
      seen.push(request);
      return request;
    },
  });
  const server = serveSubgraph(subgraph, { logger, keys, readiness: {} });
  const url = await server.listen({ host: '127.0.0.1', port });
  return { name, sdl, url: `${url}/graphql`, server, seen };
}
