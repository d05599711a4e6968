import { createLogger } from '@murmuration/service-kit';
import {
  createSubgraph,
  type RequestContext,
  serveLive,
  serveSubgraph,
  SharedEvent,
} from '@murmuration/service-kit/subgraph';
import type { InternalKey } from '@murmuration/config';

const logger = createLogger('feed', 'silent');

const live = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(url: "https://murmuration.dev/resumable/v1.0", import: ["@resumable"])
  @composeDirective(name: "@resumable")
directive @resumable(after: String!, cursor: String!) on FIELD_DEFINITION
type Query { items: Int }
type Subscription { feed(after: String): Item! @resumable(after: "after", cursor: "cursor") }
type Item { cursor: String! n: Int! by: Person }
type Person @key(fields: "id") { id: ID! }`;

const people = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(url: "https://murmuration.dev/audience/v1.0", import: ["@sameForAudience"])
  @composeDirective(name: "@sameForAudience")
directive @sameForAudience on FIELD_DEFINITION
type Query { people: Int }
type Person @key(fields: "id") { id: ID! name: String @sameForAudience mood: String }`;

/** A subgraph that tells all its listeners the same, as ours do, and again to whoever comes back. */
export async function serveFeed(keys: readonly InternalKey[]) {
  let last = 0;
  const listeners = new Set<(event: SharedEvent) => void>();
  const log: { content: { n: number }; audience: string | undefined }[] = [];
  /** How long the log was when somebody first came with a cursor that is not of here. */
  const begun = new Map<string, number>();

  function placeOf(after: string | undefined): number {
    const [, told] = /^(\d+) of/.exec(after ?? '') ?? [];
    if (told !== undefined) return Number(told);
    if (after === undefined) return log.length;
    begun.set(after, begun.get(after) ?? log.length);
    return begun.get(after) ?? 0;
  }

  function listen(_: unknown, { after }: { after?: string }) {
    const waiting: SharedEvent[] = log
      .slice(placeOf(after))
      .map(({ audience, content }) => new SharedEvent(content, `${content.n} of those again`, audience));
    const over = new AbortController();
    let wake = () => {};
    const listener = (event: SharedEvent) => {
      waiting.push(event);
      wake();
    };
    listeners.add(listener);
    return {
      async next() {
        while (waiting.length === 0 && !over.signal.aborted)
          await new Promise<void>((resolve) => (wake = resolve));
        return over.signal.aborted
          ? { done: true, value: undefined }
          : { done: false, value: waiting.shift() };
      },
      async return() {
        over.abort();
        listeners.delete(listener);
        wake();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  const subgraph = createSubgraph({
    name: 'feed',
    typeDefs: live,
    logger,
    createContext: (request: RequestContext) => request,
    resolvers: { Subscription: { feed: { subscribe: listen, resolve: (event: unknown) => event } } },
  });
  const server = serveSubgraph(subgraph, { logger, keys, readiness: {} });
  const sockets = serveLive(server, subgraph, { keys, logger });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    name: 'feed',
    sdl: live,
    url: `${url}/graphql`,
    /** Tells an event, to every listener under a cursor of its own. */
    tell(by: string, audience?: string): number {
      const content = { n: ++last, by: { id: by } };
      log.push({ content, audience });
      let place = 0;
      for (const listener of listeners) listener(new SharedEvent(content, `${last} of ${++place}`, audience));
      return last;
    },
    listening: () => listeners.size,
    async close() {
      await sockets.close();
      await server.app.close();
    },
  };
}

/** A subgraph that completes what the feed tells; `hidden` from audiences, but not from viewers. */
export async function servePeople(keys: readonly InternalKey[], port = 0) {
  const seen: RequestContext[] = [];
  let requests = 0;
  const subgraph = createSubgraph({
    name: 'people',
    typeDefs: people,
    logger,
    createContext(request: RequestContext) {
      // Not the gateway's own question whether it is there.
      if (request.identity.kind !== 'service') seen.push(request);
      return request;
    },
    resolvers: {
      Person: {
        __resolveReference: ({ id }: { id: string }, { eventAudience }: RequestContext) =>
          id === 'hidden' && eventAudience !== null ? null : { id },
        name: ({ id }: { id: string }) => `name of ${id}`,
        mood: (_: unknown, __: unknown, { identity }: RequestContext) =>
          identity.kind === 'viewer' ? `good to ${identity.subject}` : 'none',
      },
    },
  });
  const server = serveSubgraph(subgraph, { logger, keys, readiness: {} });
  server.app.server.on('request', () => requests++);
  const url = await server.listen({ host: '127.0.0.1', port });
  return {
    name: 'people',
    sdl: people,
    url: `${url}/graphql`,
    seen,
    /** How often it was asked over HTTP. */
    requests: () => requests,
    close: () => server.app.close(),
  };
}
