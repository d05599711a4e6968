import { homePage } from '../home-page.ts';
import type { Sent } from '../open-loop.ts';
import type { Person } from '../town.ts';

export const kinds = ['home', 'profile', 'compose'] as const;
export type Kind = (typeof kinds)[number];

/** DeathStarBench's mix for its social network: of ten requests six read a home, three a profile, one composes. */
const turns: readonly Kind[] = [
  'home',
  'profile',
  'home',
  'home',
  'profile',
  'home',
  'compose',
  'home',
  'profile',
  'home',
];

/** The share of each kind among the requests. */
export const shares: Record<Kind, number> = { home: 0.6, profile: 0.3, compose: 0.1 };

const profile = `query Profile($handle: String!) { user(handle: $handle) {
  displayName bio followerCount followingCount postCount posts(first: 10) { edges { node {
    id text createdAt likeCount replyCount repostCount viewerHasLiked author { handle displayName } } } } } }`;
export const compose = `mutation Compose($text: String!) { createPost(input: { text: $text }) { post { id createdAt } } }`;

/** The bodies of each kind's i-th request. */
export function bodiesOf(handles: readonly string[]): Record<Kind, (i: number) => string> {
  return {
    home: () => homePage,
    profile: (i) =>
      JSON.stringify({ query: profile, variables: { handle: handles[(i * 7) % handles.length] } }),
    compose: (i) => JSON.stringify({ query: compose, variables: { text: `Said the ${i}th time` } }),
  };
}

/** The i-th request of the mix, each person's turn after the other's. */
export function mixOf(
  people: readonly Person[],
  bodies: Record<Kind, (i: number) => string>,
): (i: number) => Sent {
  const signedIn = people.map(({ token }) => ({ authorization: `Bearer ${token}` }));
  return (i) => ({
    headers: signedIn[i % signedIn.length] ?? {},
    body: bodies[turns[i % turns.length] ?? 'home'](i),
  });
}
