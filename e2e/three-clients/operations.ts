/** What Relay is told beside an operation; its compiler takes it out of what is sent. */
export interface RelayMarks {
  connection: string;
  connections: string;
  prependEdge: string;
  deleteRecord: string;
}

const none: RelayMarks = { connection: '', connections: '', prependEdge: '', deleteRecord: '' };

const relation = 'viewerRelation { isFollowing isBlocking }';
const counts = 'id likeCount viewerHasLiked';
const edge = `cursor node { ${counts} author { id ${relation} } } repostedBy { id }`;

/** All that the apps ask, one text for the three of them. */
export function operationsWith(marks: RelayMarks = none) {
  return {
    HomeQuery: `query HomeQuery($first: Int!, $after: String) {
      homeTimeline(first: $first, after: $after) ${marks.connection} {
        edges { ${edge} }
        pageInfo { hasNextPage endCursor }
        liveCursor
      }
    }`,
    HomeLiveSubscription: `subscription HomeLiveSubscription($after: String ${marks.connections}) {
      homeTimelineUpdates(after: $after) {
        __typename
        cursor
        ... on PostAdded { edge ${marks.prependEdge} { ${edge} } }
        ... on PostRemoved { postId repostedBy { id } }
        ... on PersonHidden { userId }
      }
    }`,
    ViewerLiveSubscription: `subscription ViewerLiveSubscription($after: String) {
      viewerUpdates(after: $after) {
        __typename
        cursor
        ... on RelationChanged { userId user { id ${relation} } position }
      }
    }`,
    PostsLiveSubscription: `subscription PostsLiveSubscription($ids: [ID!]!, $after: String) {
      postUpdates(ids: $ids, after: $after) {
        __typename
        cursor
        ... on CountsChanged { post { ${counts} } }
      }
    }`,
    LikeMutation: `mutation LikeMutation($id: ID!) {
      likePost(input: { postId: $id }) { post { ${counts} } errors { message } }
    }`,
    FollowMutation: `mutation FollowMutation($id: ID!) {
      followUser(input: { userId: $id }) { user { id ${relation} } errors { message } }
    }`,
    DeleteMutation: `mutation DeleteMutation($id: ID!) {
      deletePost(input: { postId: $id }) { deletedPostId ${marks.deleteRecord} errors { message } }
    }`,
    BlockMutation: `mutation BlockMutation($id: ID!) {
      blockUser(input: { userId: $id }) { user { id ${relation} } errors { message } }
    }`,
  };
}

export const operations = operationsWith();

export type OperationName = keyof typeof operations;
export type MutationName = Extract<OperationName, `${string}Mutation`>;
export type SubscriptionName = Extract<OperationName, `${string}Subscription`>;

export interface Edge {
  cursor: string;
  node: {
    id: string;
    likeCount: number;
    viewerHasLiked: boolean;
    author: { id: string; viewerRelation: { isFollowing: boolean } | null } | null;
  } | null;
  repostedBy: { id: string } | null;
}

export interface Home {
  homeTimeline: {
    edges: Edge[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    liveCursor: string;
  };
}

export type LiveEvent = { cursor: string } & (
  | { __typename: 'PostAdded'; edge: Edge }
  | { __typename: 'PostRemoved'; postId: string; repostedBy: { id: string } | null }
  | { __typename: 'PersonHidden'; userId: string }
  | {
      __typename: 'RelationChanged';
      user: { viewerRelation: { isFollowing: boolean } | null } | null;
      position: string | null;
    }
  | { __typename: 'CountsChanged' | 'PostDeleted' | 'ViewerChanged' | 'SessionEnded' | 'Bookmark' | 'Reset' }
);

/** What a screen shows of an edge. */
export interface Row {
  id: string;
  author: string | undefined;
  isFollowing: boolean | undefined;
  likeCount: number;
  viewerHasLiked: boolean;
}

export function rowsOf(home: Partial<Home> | null | undefined): Row[] {
  return (home?.homeTimeline?.edges ?? []).flatMap(({ node }) =>
    node
      ? {
          id: node.id,
          author: node.author?.id,
          isFollowing: node.author?.viewerRelation?.isFollowing,
          likeCount: node.likeCount,
          viewerHasLiked: node.viewerHasLiked,
        }
      : [],
  );
}
