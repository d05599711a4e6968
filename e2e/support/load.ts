import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '@murmuration/testing';
import { askRetrying, noRetries, type Retries } from './retrying.ts';

const createPost = `mutation ($input: CreatePostInput!) {
  createPost(input: $input) { post { id } errors { message } } }`;
const like = `mutation ($id: ID!) { likePost(input: { postId: $id }) { errors { message } } }`;
const home = `{ homeTimeline(first: 20) { edges { node { text likeCount author { handle } } } } }`;
const profile = `query ($handle: String!) { user(handle: $handle) {
  followerCount posts(first: 10) { edges { node { text author { displayName } } } } } }`;

interface Payload {
  errors: { message: string }[];
}

export interface Load extends Retries {
  /** Text by id of every post that was acknowledged. */
  posts: Map<string, string>;
  /** `who post` of every like that was acknowledged. */
  likes: Set<string>;
  /** Ends the load and resolves when the last operation has ended. */
  stop(): Promise<void>;
}

/** Lets everybody read, post and like, each one operation at a time, until it is stopped. */
export function startLoad(members: Member[], pauseMs: number): Load {
  const load = { ...noRetries(), posts: new Map<string, string>(), likes: new Set<string>() };
  const over = new AbortController();
  const everybody = members.map(async (member, index) => {
    for (let turn = index; !over.signal.aborted; turn += 1) {
      await act(member, turn);
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  });

  async function act(member: Member, turn: number): Promise<void> {
    const other = members[turn % members.length] ?? member;
    switch (turn % 4) {
      case 0:
        return post(member);
      case 1:
        return void (await askRetrying(member, load, home, {}));
      case 2:
        return void (await askRetrying(member, load, profile, { handle: other.handle }));
      default:
        return likeLast(member);
    }
  }

  async function post(member: Member): Promise<void> {
    const text = `said once ${randomUUID()}`;
    const input = { text, idempotencyKey: randomUUID() };
    const answer = await askRetrying<{ createPost: Payload & { post: { id: string } | null } }>(
      member,
      load,
      createPost,
      { input },
    );
    if (answer?.createPost.post) load.posts.set(answer.createPost.post.id, text);
    else if (answer) load.failures.push(JSON.stringify(answer));
  }

  async function likeLast(member: Member): Promise<void> {
    const id = [...load.posts.keys()].at(-1);
    if (id === undefined) return;
    const answer = await askRetrying<{ likePost: Payload }>(member, load, like, { id });
    if (answer?.likePost.errors.length === 0) load.likes.add(`${member.id} ${id}`);
    else if (answer) load.failures.push(JSON.stringify(answer));
  }

  return Object.assign(load, {
    async stop() {
      over.abort();
      await Promise.all(everybody);
    },
  });
}
