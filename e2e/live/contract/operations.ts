export const updates = `subscription Updates($after: String) {
  homeTimelineUpdates(after: $after) {
    __typename
    cursor
    ... on PostAdded { edge { node { id text author { id handle } } } }
    ... on Reset { reason }
  }
}`;

/** What the gateway refuses, with the code that a client hears by whatever transport. */
export const refused: readonly { because: string; query: string; after: unknown; code: string }[] = [
  {
    because: 'a document of another schema',
    query: 'subscription Nope { nope }',
    after: null,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  { because: 'a variable of another type', query: updates, after: 5, code: 'BAD_USER_INPUT' },
  { because: 'what needs somebody, asked by nobody', query: updates, after: null, code: 'UNAUTHENTICATED' },
];
