import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFollowGraph } from '../src/seed/follow-graph.ts';
import { planTown } from '../src/seed/town.ts';

const nowMs = Date.UTC(2026, 10, 22);
const town = planTown({ nowMs });

test('the same town is planned twice', () => {
  expect(planTown({ nowMs })).toEqual(town);
});

test('there is something to see: likes, replies, reposts, quotes, and the cast among them', () => {
  const { posts, likes, reposts } = town;
  expect(likes.length / posts.length).toBeGreaterThan(2);
  expect(posts.filter((post) => post.replyTo !== null).length / posts.length).toBeGreaterThan(0.3);
  expect(reposts.length).toBeGreaterThan(100);
  expect(posts.some((post) => post.quoted !== null)).toBe(true);
  expect(town.people.slice(-3).map((person) => person.handle)).toEqual(['alice', 'bob', 'carol']);
  const alice = town.people.length - 3;
  expect(posts.filter((post) => post.author === alice).length).toBeGreaterThan(5);
});

test('some ask something: those who vote follow them, once each and for what there is, and each of the cast asks now', () => {
  const asked = town.posts.filter(({ poll }) => poll);
  expect(asked.length).toBeGreaterThan(20);
  for (const { author, poll } of asked) {
    const { isMultiple, options, votes } = poll ?? { isMultiple: false, options: [], votes: [] };
    expect(new Set(options).size).toBe(options.length);
    expect(new Set(votes.map(({ person }) => person)).size).toBe(votes.length);
    for (const { choices, person } of votes) {
      expect(town.follows.some((follow) => follow.follower === person && follow.followee === author)).toBe(
        true,
      );
      expect(choices.length).toBeGreaterThan(0);
      expect(choices.length).toBeLessThanOrEqual(isMultiple ? 2 : 1);
      expect(choices.every((choice) => choice in options)).toBe(true);
    }
  }
  expect(asked.some(({ poll }) => (poll?.votes.length ?? 0) > 3)).toBe(true);
  const open = asked.filter(({ poll }) => (poll?.endsAtMs ?? 0) > nowMs).map(({ author }) => author);
  for (const member of [1, 2, 3]) expect(open).toContain(town.people.length - member);
});

test.each([50, 200, 2_000])('%i posts on a follow graph have their likes and replies too', (postsCount) => {
  const graph = {
    peopleCount: 60,
    follows: Array.from({ length: 60 * 8 }, (_, place) => ({
      follower: place % 60,
      followee: (place + 1 + Math.floor(place / 60)) % 60,
    })),
  };
  const { posts, likes, reposts } = planTown({ nowMs, graph, postsCount });
  expect(posts).toHaveLength(postsCount);
  expect(likes.length / postsCount).toBeGreaterThanOrEqual(2);
  expect(posts.filter((post) => post.replyTo !== null).length / postsCount).toBeGreaterThanOrEqual(0.3);
  expect(reposts.length).toBeGreaterThan(0);
});

test('followers have a long tail, handles are unique, nobody follows themselves', () => {
  const counts = new Map<number, number>();
  for (const { followee } of town.follows) counts.set(followee, (counts.get(followee) ?? 0) + 1);
  const sorted = [...counts.values()].sort((a, b) => b - a);
  expect(sorted[0]).toBeGreaterThan(100);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(20);
  expect(new Set(town.people.map((person) => person.handle)).size).toBe(town.people.length);
  expect(town.follows.some(({ follower, followee }) => follower === followee)).toBe(false);
});

test('nothing answers, quotes or reposts what its author hides, or what comes later', () => {
  const isOpen = (place: number) => {
    const post = town.posts[place];
    return post?.visibility === 'public' && !town.people[post.author]?.isPrivate;
  };
  for (const [place, post] of town.posts.entries()) {
    for (const target of [post.replyTo, post.quoted]) {
      if (target !== null) expect([target < place, isOpen(target)]).toEqual([true, true]);
    }
  }
  expect(town.reposts.every((repost) => isOpen(repost.post))).toBe(true);
});

test('an edge list is two follows a line; what is no edge is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graph-'));
  const file = join(folder, 'graph.edges');
  await writeFile(file, '% a comment\n7 9\n9 7\n\n9 9\n9 12\n');
  const graph = await readFollowGraph(file);
  expect(graph.peopleCount).toBe(3);
  expect(graph.follows).toHaveLength(4);
  await writeFile(file, '1 2\nlonely\n');
  await expect(readFollowGraph(file)).rejects.toThrow(':2 is not an edge: "lonely"');
  await rm(folder, { recursive: true });
});
