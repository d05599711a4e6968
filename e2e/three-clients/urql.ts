import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { type Cache, cacheExchange, type Entity } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import type { IntrospectionQuery } from 'graphql';
import { refuseErrors, type Road, type StoreClient } from './client.ts';
import { type Home, type LiveEvent, operations, rowsOf } from './operations.ts';

type Keys = (string | null)[];

/** What is read has a name of its own: while the same operation is on its way, urql answers it by that. */
const shownQuery = operations.HomeQuery.replace('HomeQuery', 'ShownHomeQuery');

/** Pages are kept apart, and put together where they are read. */
function pagesOf(cache: Cache) {
  return cache
    .inspectFields('Query')
    .filter(({ fieldName }) => fieldName === 'homeTimeline')
    .flatMap(({ arguments: args, fieldKey }) => {
      const key = cache.resolve('Query', fieldKey) as string | null | undefined;
      return key ? { args: args ?? {}, key, edges: (cache.resolve(key, 'edges') ?? []) as Keys } : [];
    });
}

function filterEdges(cache: Cache, isKept: (edge: Entity) => boolean): void {
  for (const { edges, key } of pagesOf(cache)) cache.link(key, 'edges', edges.filter(isKept));
}

const keyOf = (cache: Cache, typename: 'Post' | 'User', id: string) =>
  cache.keyOfEntity({ __typename: typename, id });

function forgetPost(cache: Cache, id: string, repostedBy: { id: string } | null = null): void {
  const by = repostedBy && keyOf(cache, 'User', repostedBy.id);
  filterEdges(
    cache,
    (edge) =>
      cache.resolve(edge, 'node') !== keyOf(cache, 'Post', id) ||
      (by !== null && cache.resolve(edge, 'repostedBy') !== by),
  );
}

function hidePerson(cache: Cache, id: string): void {
  const person = keyOf(cache, 'User', id);
  filterEdges(cache, (edge) => {
    const node = cache.resolve(edge, 'node') as Entity;
    return cache.resolve(edge, 'repostedBy') !== person && cache.resolve(node, 'author') !== person;
  });
}

/** `relayPagination` shows a post once. */
function addEdge(cache: Cache, edge: object): void {
  const newest = pagesOf(cache).find(({ args }) => !args['after']);
  if (!newest) return;
  const added = cache.keyOfEntity(edge as never);
  cache.link(newest.key, 'edges', [added, ...newest.edges.filter((each) => each !== added)]);
}

function apply(cache: Cache, event: LiveEvent): void {
  if (event.__typename === 'PostAdded') addEdge(cache, event.edge);
  if (event.__typename === 'PostRemoved') forgetPost(cache, event.postId, event.repostedBy);
  if (event.__typename === 'PersonHidden') hidePerson(cache, event.userId);
}

/** The first page takes the place of all that were read before. */
function invalidateOthers(cache: Cache, { after, first }: Record<string, unknown>): void {
  if (after) return;
  for (const { args } of pagesOf(cache))
    if (args['after'] || args['first'] !== first) cache.invalidate('Query', 'homeTimeline', args);
}

export function createUrqlStore({ fetch, socket, url }: Road, schema: IntrospectionQuery): StoreClient {
  const cache = cacheExchange({
    schema,
    // An edge that is linked to needs a key; a relation belongs to its person.
    keys: { HomeTimelineEdge: ({ cursor }) => cursor as string, ViewerRelation: () => null },
    resolvers: { Query: { homeTimeline: relayPagination() } },
    updates: {
      Query: { homeTimeline: (_result, args, store) => invalidateOthers(store, args) },
      Mutation: {
        deletePost: (_result, args, store) =>
          forgetPost(store, (args as { input: { postId: string } }).input.postId),
        blockUser: (_result, args, store) =>
          hidePerson(store, (args as { input: { userId: string } }).input.userId),
      },
      Subscription: {
        homeTimelineUpdates: ({ homeTimelineUpdates }, _args, store) =>
          apply(store, homeTimelineUpdates as unknown as LiveEvent),
      },
    },
  });
  const client = new Client({
    url,
    fetch,
    preferGetMethod: false,
    exchanges: [
      cache,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Record<string, unknown> },
              sink as never,
            ),
          }),
        }),
      }),
    ],
  });
  let newest: { first: number; after: null } | undefined;

  return {
    name: 'urql with graphcache',
    async load(first, after) {
      const { data, error } = await client
        .query<Home>(operations.HomeQuery, { first, after }, { requestPolicy: 'network-only' })
        .toPromise();
      if (!data) throw error ?? new Error('no home');
      if (after === null) newest = { first, after };
      return data;
    },
    shown: () =>
      rowsOf(newest && client.readQuery<Home>(shownQuery, newest, { requestPolicy: 'cache-only' })?.data),
    async mutate(name, id) {
      const { data, error } = await client.mutation(operations[name], { id }).toPromise();
      if (error) throw error;
      refuseErrors(data);
    },
    subscribe(name, variables, sink) {
      const { unsubscribe } = client
        .subscription<Record<string, LiveEvent>>(operations[name], variables)
        .subscribe(({ data, error, hasNext }) => {
          if (error || !hasNext) return sink.over(error);
          for (const event of Object.values(data ?? {})) if (typeof event === 'object') sink.event(event);
        });
      return unsubscribe;
    },
    close: () => undefined,
  };
}
