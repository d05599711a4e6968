import { setTimeout as sleep } from 'node:timers/promises';
// By path: the door of packages/testing opens only under Vitest.
import { createGraphClient, type GraphClient } from '../../packages/testing/src/graph-client.ts';
import { watchHome } from '../support/watch-home.ts';
import { crowdPassword } from './crowd.ts';

const edge = `edges { cursor node { id text likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted
  author { id handle displayName viewerRelation { isFollowing } } } }`;
const home = `query ($first: Int, $after: String, $last: Int) { homeTimeline(first: $first, after: $after, last: $last) {
  ${edge} liveCursor pageInfo { hasNextPage endCursor } } }`;

interface Page {
  homeTimeline: {
    edges: { node: { id: string; author: { id: string } } | null }[];
    liveCursor: string;
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

/** Does once, as person 7, what people do all day; the processes behind it do the rest. */
export async function doEverything(url: string): Promise<void> {
  const graph = createGraphClient(`${url}/graphql`);
  const { accessToken, refreshToken } = await logIn(graph, 'person7');
  await graph.ask(
    `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { errors { message } } }`,
    {
      t: refreshToken,
    },
  );
  const me = graph.as(accessToken);
  const first = await me.ask<Page>(home, { first: 20 });
  const watch = watchHome(`${url}/graphql`, { accessToken }, first.homeTimeline.liveCursor);
  await readHome(me, first);
  await readPeople(me);
  await readPosts(me, first);
  await act(me, first);
  await speak(graph.as((await logIn(graph, 'person0')).accessToken));
  // Fan-out, roll-ups and the live stream come after the answers.
  await sleep(4_000);
  await watch.stop();
}

async function logIn(
  graph: GraphClient,
  handle: string,
): Promise<{ accessToken: string; refreshToken: string }> {
  const answer = await graph.ask<{ logIn: { accessToken: string; refreshToken: string } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken refreshToken errors { message } } }',
    { input: { handleOrEmail: handle, password: crowdPassword } },
  );
  return answer.logIn;
}

async function readHome(me: GraphClient, { homeTimeline }: Page): Promise<void> {
  let after = homeTimeline.pageInfo.endCursor;
  for (let page = 0; page < 5; page += 1) {
    after = (await me.ask<Page>(home, { first: 50, after })).homeTimeline.pageInfo.endCursor;
  }
  await me.ask(home, { last: 20 });
  await me.ask('query ($since: String!) { homeTimeline(first: 1) { newPostCount(since: $since) } }', {
    since: homeTimeline.liveCursor,
  });
}

async function readPeople(me: GraphClient): Promise<void> {
  const people = 'edges { node { id handle followerCount viewerRelation { isFollowing } } }';
  const celebrity = `query ($handle: String!) { user(handle: $handle) { id followerCount followingCount postCount
    followers(first: 20) { ${people} } knownFollowers(first: 20) { ${people} } following(last: 20) { ${people} } posts(first: 20) { ${edge} }
    tab: posts(first: 20, replies: false) { ${edge} } all: posts(first: 20, reposts: true) { ${edge} } } }`;
  await me.ask(celebrity, { handle: 'person0' });
  await me.ask(celebrity, { handle: 'Person123' });
  await me.ask(`{ viewer { id showsLikes user { id followers(first: 20) { ${people} } likedPosts(first: 20) { ${edge} } }
    followRequests(first: 20) { ${people} } blockedUsers(first: 20) { ${people} } mutedUsers(first: 20) { ${people} } } }`);
  await me.ask(`{ viewer { suggestedUsers(first: 20) { ${people} } } trendingPosts(first: 20) { ${edge} }
    trendingHashtags(first: 20) { edges { authorCount node { tag } } } }`);
  await readNotifications(me);
}

async function readNotifications(me: GraphClient): Promise<void> {
  const edges = 'edges { cursor node { id kind actors { handle } post { id text } } }';
  await me.ask(`{ viewer { unreadNotificationCount newPostCount markers { name } notificationSettings { source }
    mailDigest push { content isRegistered } mutedWords { text } mutedThreads { postId } hiddenReposters { id } notifications(first: 20) { ${edges} }
    some: notifications(first: 20, kinds: [MENTION]) { ${edges} } } }`);
  await me.ask(`mutation { updateNotificationSettings(input: { settings: [{ kind: LIKE, source: FOLLOWED }] }) { errors { message } }
    muteWord(input: { text: "eggs" }) { errors { message } } unmuteWord(input: { text: "eggs" }) { errors { message } } }`);
}

async function readPosts(me: GraphClient, { homeTimeline }: Page): Promise<void> {
  const ids = homeTimeline.edges.flatMap(({ node }) => (node ? [node.id] : []));
  await me.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Post { text } } }', { ids });
  for (const id of ids.slice(0, 3)) {
    await me.ask(
      `query ($id: ID!) { post(id: $id) { text replyTo { id } thread {
        ancestors { post { id text } missing } replies(first: 20) { ${edge} } }
        quotes(first: 20) { ${edge} } likedBy(first: 20) { edges { node { id } } } repostedBy(first: 20) { edges { node { id } } } } }`,
      { id },
    );
  }
  await me.ask(`{ hashtag(tag: "tag40") { posts(first: 20) { ${edge} } } }`);
}

async function act(me: GraphClient, { homeTimeline }: Page): Promise<void> {
  const [node] = homeTimeline.edges.flatMap((each) => each.node ?? []);
  if (!node) throw new Error(`the home of person 7 has no post: ${JSON.stringify(homeTimeline)}`);
  const { author, id } = node;
  const ofPost = ['likePost', 'unlikePost', 'createRepost', 'deleteRepost', 'muteThread', 'unmuteThread'];
  for (const mutation of ofPost) {
    await me.ask(`mutation ($id: ID!) { ${mutation}(input: { postId: $id }) { errors { message } } }`, {
      id,
    });
  }
  for (const mutation of [
    'unfollowUser',
    'followUser',
    'muteUser',
    'unmuteUser',
    'blockUser',
    'unblockUser',
    'followUser',
  ]) {
    await me.ask(`mutation ($id: ID!) { ${mutation}(input: { userId: $id }) { errors { message } } }`, {
      id: author.id,
    });
  }
  const { createPost } = await me.ask<{ createPost: { post: { id: string } } }>(
    `mutation ($id: ID!) { createPost(input: { text: "an answer to @p0 #tag40", replyToId: $id, idempotencyKey: "once" }) {
      post { id } errors { message } } }`,
    { id },
  );
  await me.ask('mutation ($id: ID!) { deletePost(input: { postId: $id }) { errors { message } } }', {
    id: createPost.post.id,
  });
}

/** Somebody whom a fifth of all people follow. */
async function speak(celebrity: GraphClient): Promise<void> {
  await celebrity.ask(
    'mutation { createPost(input: { text: "to very many" }) { post { id } errors { message } } }',
  );
}
