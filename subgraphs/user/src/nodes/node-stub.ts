/** The key of what another subgraph owns. It is answered with only where the owner says that it exists. */
export interface NodeStub {
  __typename: 'Post' | 'Thread' | 'Hashtag' | 'List';
  /** The wire id. */
  ref: string;
}
