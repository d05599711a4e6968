import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '@murmuration/testing';
import { askRetrying, type Retries } from '../../support/retrying.ts';
import type { Random } from '../random.ts';

/** A post, and when what was done with it was asked for and acknowledged. Times by `performance.now()`. */
export interface Said {
  id: string;
  author: Member;
  text: string;
  sentAtMs: number;
  acknowledgedAtMs: number;
  deletion: { sentAtMs: number; acknowledgedAtMs: number | null } | null;
}

/** Everything that was acknowledged, in the order of the acknowledgements. */
export interface Record {
  posts: Said[];
  byId: Map<string, Said>;
}

const createPost = `mutation ($input: CreatePostInput!) {
  createPost(input: $input) { post { id } errors { message } } }`;
const deletePost = `mutation ($id: ID!) { deletePost(input: { postId: $id }) { errors { message } } }`;

interface Payload {
  post?: { id: string } | null;
  errors: { message: string }[];
}

/** Lets people post at a rate, each by the next, and some delete what they said, until they are stopped. */
export function letPost(
  authors: readonly Member[],
  options: { postsPerSecond: number; deletes: number; random: Random; seen: Retries },
): { record: Record; stop(): Promise<void> } {
  const { deletes, postsPerSecond, random, seen } = options;
  const record: Record = { posts: [], byId: new Map() };
  const over = new AbortController();
  const writing = new Set<Promise<void>>();

  async function post(author: Member, number: number): Promise<Said | undefined> {
    const text = `said once ${number} by ${author.handle}`;
    const sentAtMs = performance.now();
    const input = { text, idempotencyKey: `${author.handle}-${number}` };
    const answer = await askRetrying<{ createPost: Payload }>(author, seen, createPost, { input });
    const id = answer?.createPost.post?.id;
    if (!id) {
      if (answer) seen.failures.push(JSON.stringify(answer));
      return undefined;
    }
    const said = { id, author, text, sentAtMs, acknowledgedAtMs: performance.now(), deletion: null };
    record.posts.push(said);
    record.byId.set(id, said);
    return said;
  }

  async function remove(said: Said): Promise<void> {
    const deletion: NonNullable<Said['deletion']> = { sentAtMs: performance.now(), acknowledgedAtMs: null };
    said.deletion = deletion;
    const answer = await askRetrying<{ deletePost: Payload }>(said.author, seen, deletePost, { id: said.id });
    if (answer?.deletePost.errors.length === 0) deletion.acknowledgedAtMs = performance.now();
  }

  async function write(author: Member, number: number, isDeleted: boolean, afterMs: number): Promise<void> {
    const said = await post(author, number);
    if (!said || !isDeleted) return;
    await sleep(afterMs);
    await remove(said);
  }

  async function go(): Promise<void> {
    for (let number = 0; !over.signal.aborted; number += 1) {
      const written = write(random.oneOf(authors), number, random.next() < deletes, random.next() * 1_500);
      writing.add(written);
      void written.finally(() => writing.delete(written));
      await sleep((1_000 / postsPerSecond) * (0.5 + random.next()));
    }
  }

  const going = go();
  return {
    record,
    async stop() {
      over.abort();
      await going;
      await Promise.all(writing);
    },
  };
}
