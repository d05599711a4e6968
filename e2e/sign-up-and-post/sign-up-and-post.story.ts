import { gql } from '@apollo/client';
import { untilLetIn } from '@murmuration/testing';
import { beforeAll, expect, test } from 'vitest';
import { createAppClient } from '../support/apollo-client.ts';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';

let stack: Story;
beforeAll(async () => {
  stack = sharedStory();
});

interface Session {
  user: { id: string; handle: string };
  accessToken: string;
  errors: { code: string }[];
}

async function signUp(handle: string): Promise<Session> {
  const client = createAppClient(stack.graphUrl);
  const session = await untilLetIn(async () => {
    const { data } = await client.apollo.mutate<{ signUp: Session }>({
      mutation: gql`
        mutation SignUp($input: SignUpInput!) {
          signUp(input: $input) {
            user { id handle }
            accessToken
            errors { code message }
          }
        }
      `,
      variables: { input: { handle, email: `${handle}@example.org`, password: 'a long enough secret' } },
    });
    if (!data) throw new Error('no data');
    return data.signUp;
  });
  await client.close();
  return session;
}

test('two strangers sign up, one follows and answers the other, and a third reads it all without an account', async () => {
  const [bob, alice] = [await signUp('bob'), await signUp('alice')];
  const bobsApp = createAppClient(stack.graphUrl, bob.accessToken);
  const alicesApp = createAppClient(stack.graphUrl, alice.accessToken);
  const createPost = gql`
    mutation CreatePost($input: CreatePostInput!) {
      createPost(input: $input) {
        post { id text author { handle } }
        errors { message }
      }
    }
  `;

  const said = await bobsApp.apollo.mutate<{ createPost: { post: { id: string } } }>({
    mutation: createPost,
    variables: { input: { text: 'Hello, @alice! #first' } },
  });
  expect(said.data?.createPost).toMatchObject({ post: { author: { handle: 'bob' } }, errors: [] });
  const postId = said.data?.createPost.post.id;

  const followed = await alicesApp.apollo.mutate<{ followUser: unknown }>({
    mutation: gql`
      mutation Follow($input: FollowUserInput!) {
        followUser(input: $input) { user { followerCount viewerRelation { isFollowing } } errors { message } }
      }
    `,
    variables: { input: { userId: bob.user.id } },
  });
  expect(followed.data?.followUser).toMatchObject({
    user: { followerCount: 1, viewerRelation: { isFollowing: true } },
    errors: [],
  });
  await alicesApp.apollo.mutate({
    mutation: createPost,
    variables: { input: { text: 'Hi!', replyToId: postId } },
  });
  await alicesApp.apollo.mutate({
    mutation: gql`mutation Like($input: LikePostInput!) { likePost(input: $input) { errors { message } } }`,
    variables: { input: { postId } },
  });

  const stranger = createAppClient(stack.graphUrl);
  const { data } = await stranger.apollo.query({
    query: gql`
      query Profile {
        user(handle: "BOB") {
          handle
          postCount
          followers(first: 10) { edges { node { handle } } }
          posts(first: 10) {
            edges {
              node {
                text
                likeCount
                replyCount
                viewerHasLiked
                facets { __typename start end ... on MentionFacet { user { handle } } }
                thread { replies(first: 10) { edges { node { text author { handle displayName } } } } }
              }
            }
          }
        }
      }
    `,
  });
  expect(data).toMatchObject({
    user: {
      handle: 'bob',
      postCount: 1,
      followers: { edges: [{ node: { handle: 'alice' } }] },
      posts: {
        edges: [
          {
            node: {
              text: 'Hello, @alice! #first',
              likeCount: 1,
              replyCount: 1,
              viewerHasLiked: false,
              facets: [
                { __typename: 'MentionFacet', start: 7, end: 13, user: { handle: 'alice' } },
                { __typename: 'HashtagFacet', start: 15, end: 21 },
              ],
              thread: { replies: { edges: [{ node: { text: 'Hi!', author: { handle: 'alice' } } }] } },
            },
          },
        ],
      },
    },
  });
  await Promise.all([bobsApp, alicesApp, stranger].map((app) => app.close()));
});
