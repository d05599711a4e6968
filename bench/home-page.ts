/** The page that people look at most, as a request's body. */
export const homePage = JSON.stringify({
  query: `query HomePage { homeTimeline(first: 20) { edges { cursor node {
    text createdAt likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted
    author { handle displayName } } repostedBy { handle displayName } } pageInfo { hasNextPage } liveCursor } }`,
});
