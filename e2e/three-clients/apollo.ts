import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, type Reference } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { type IntrospectionQuery, OperationTypeNode } from 'graphql';
import { refuseErrors, type Road, type StoreClient } from './client.ts';
import { type Home, type LiveEvent, type OperationName, operations, rowsOf } from './operations.ts';

interface StoredEdge {
  cursor: string;
  node: Reference | null;
  repostedBy: Reference | null;
}
type StoredHome = { edges: StoredEdge[] };
type Of = (field: string, from: Reference | null) => Reference | null | undefined;

const documents = Object.fromEntries(
  Object.entries(operations).map(([name, text]) => [name, gql(text)]),
) as Record<OperationName, ReturnType<typeof gql>>;

/** As Apollo's documentation makes them of a schema. */
function possibleTypesOf({ __schema }: IntrospectionQuery): Record<string, string[]> {
  return Object.fromEntries(
    __schema.types.flatMap((type) =>
      type.kind === 'INTERFACE' || type.kind === 'UNION'
        ? [[type.name, type.possibleTypes.map(({ name }) => name)]]
        : [],
    ),
  );
}

export function createApolloStore({ fetch, socket, url }: Road, schema: IntrospectionQuery): StoreClient {
  const cache = new InMemoryCache({
    possibleTypes: possibleTypesOf(schema),
    typePolicies: {
      Query: { fields: { homeTimeline: relayStylePagination() } },
      User: { fields: { viewerRelation: { merge: true } } },
      // An event says nothing of the one before it.
      Subscription: {
        fields: {
          homeTimelineUpdates: { merge: false },
          viewerUpdates: { merge: false },
          postUpdates: { merge: false },
        },
      },
    },
  });
  const apollo = new ApolloClient({
    cache,
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, fetch }),
    ),
  });
  const first = { first: 1, after: null };

  function changeEdges(change: (edges: readonly StoredEdge[], of: Of) => StoredEdge[]): void {
    cache.modify<{ homeTimeline: StoredHome }>({
      fields: {
        homeTimeline: (home, { readField }) => {
          const { edges } = home as StoredHome;
          const of: Of = (field, from) => readField<Reference>(field, from as Reference);
          return { ...home, edges: change(edges, of) } as never;
        },
      },
    });
  }

  const refTo = (typename: 'Post' | 'User', id: string): string =>
    cache.identify({ __typename: typename, id }) ?? '';

  /** `relayStylePagination` shows no edge whose node is gone. */
  function forgetPost(id: string): void {
    cache.evict({ id: refTo('Post', id) });
    cache.gc();
  }

  function hidePerson(id: string): void {
    const ref = refTo('User', id);
    changeEdges((edges, of) =>
      edges.filter(({ node, repostedBy }) => repostedBy?.__ref !== ref && of('author', node)?.__ref !== ref),
    );
  }

  function apply(event: LiveEvent): void {
    if (event.__typename === 'PersonHidden') hidePerson(event.userId);
    if (event.__typename === 'PostRemoved') {
      const { postId, repostedBy } = event;
      if (!repostedBy) forgetPost(postId);
      else
        changeEdges((edges) =>
          edges.filter(
            (edge) =>
              edge.node?.__ref !== refTo('Post', postId) ||
              edge.repostedBy?.__ref !== refTo('User', repostedBy.id),
          ),
        );
    }
    if (event.__typename === 'PostAdded' && event.edge.node) {
      const { edge } = event;
      const node = { __ref: refTo('Post', event.edge.node.id) } as Reference;
      const repostedBy = edge.repostedBy && ({ __ref: refTo('User', edge.repostedBy.id) } as Reference);
      changeEdges((edges) =>
        edges.some((each) => each.node?.__ref === node.__ref)
          ? [...edges]
          : [{ ...edge, node, repostedBy }, ...edges],
      );
    }
  }

  return {
    name: 'Apollo Client',
    async load(first, after) {
      const { data } = await apollo.query<Home>({
        query: documents.HomeQuery,
        variables: { first, after },
        fetchPolicy: 'network-only',
      });
      if (!data) throw new Error('no home');
      return data;
    },
    shown: () => rowsOf(apollo.readQuery<Home>({ query: documents.HomeQuery, variables: first })),
    async mutate(name, id) {
      const { data } = await apollo.mutate({
        mutation: documents[name],
        variables: { id },
        update() {
          if (name === 'DeleteMutation') forgetPost(id);
          if (name === 'BlockMutation') hidePerson(id);
        },
      });
      refuseErrors(data);
    },
    subscribe(name, variables, sink) {
      const subscription = apollo
        .subscribe<Record<string, LiveEvent>>({ query: documents[name], variables })
        .subscribe({
          next({ data, error }) {
            if (error) return sink.over(error);
            for (const event of Object.values(data ?? {})) {
              apply(event);
              sink.event(event);
            }
          },
          error: sink.over,
          complete: () => sink.over(),
        });
      return () => subscription.unsubscribe();
    },
    close: () => apollo.stop(),
  };
}
