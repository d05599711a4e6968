import { encodeId } from '@murmuration/ids';
import type { PersonDataPage } from '@murmuration/service-kit/subgraph';
import { tablesIn } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostPersonData, postParts } from '../src/export/person-data.ts';
import { cast, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Tables of which an export has nothing: what hangs on posts and can be made of them, counts, what is passed on, and how far. */
const leftOut = new Set(
  [
    'post_hashtag hashtag_folding post_count post_count_delta poll_count poll_count_delta author_count author_count_delta idempotency_key',
    'outbox feed_identity feed_consumer consumer backfill dead_letter dirty_aggregate erasure audience_key _prisma_migrations',
  ].flatMap((names) => names.split(' ')),
);

test('of every table it was decided whether an export has it', async () => {
  const exported = new Set(postParts.map(({ from }) => from.split(' ')[0] ?? ''));
  const undecided = (await tablesIn(world.databaseUrl)).filter(
    (table) => exported.has(table) === leftOut.has(table),
  );
  expect(undecided).toEqual([]);
});

/** Everything of somebody, in pages of two. */
async function all(who: Name) {
  const read = createPostPersonData(world.database, { rowsAtOnce: 2 });
  const found: Record<string, Record<string, unknown>[]> = {};
  let pages = 0;
  let page: PersonDataPage | null = await read(cast[who], null);
  while (page) {
    (found[page.part.name] ??= []).push(...page.rows);
    expect(page.rows.length).toBeLessThanOrEqual(2);
    pages += 1;
    page = page.next && (await read(cast[who], page.next));
  }
  return { found, pages };
}

test('a person’s posts and reactions come page by page, in order and whole; not what was taken back, nor what is others’', async () => {
  const poll = { options: ['Tea', 'Coffee'], durationMinutes: 60 };
  const theirs = await world.say('bob', { text: 'of Bob', poll });
  const others = [theirs, await world.say('carol', 'of Carol'), await world.say('bob', 'more of Bob')];
  const ids = [await world.say('alice', { text: 'one', poll })];
  ids.push(await world.say('alice', { text: 'two', replyToId: theirs, visibility: 'FOLLOWERS' }));
  const gone = await world.say('alice', 'a secret');
  ids.push(await world.say('alice', { text: `three @bob`, quotedId: others[1] }));
  for (const id of others) await world.act('alice', 'likePost', id);
  await world.act('alice', 'unlikePost', others[2] ?? '');
  await world.act('alice', 'createRepost', theirs);
  await world.act('bob', 'likePost', ids[0] ?? '');
  await world.act('alice', 'deletePost', gone);
  const vote = `mutation { castVote(input: { postId: "${theirs}", choices: [1] }) { errors { code } } }`;
  expect(await world.run('alice', vote)).toMatchObject({ data: { castVote: { errors: [] } } });

  const { found, pages } = await all('alice');
  const createdAt = expect.stringMatching(/^20\d\d-/);
  const bob = encodeId('User', cast.bob);
  const bare = { createdAt, visibility: 'public', replyTo: null, quoted: null, mentioned: [] };
  expect(found).toEqual({
    posts: [
      { ...bare, id: ids[0], text: 'one' },
      { ...bare, id: ids[1], text: 'two', replyTo: theirs, visibility: 'followers', mentioned: [bob] },
      { ...bare, id: ids[2], text: 'three @bob', quoted: others[1], mentioned: [bob] },
    ],
    polls: [{ post: ids[0], options: poll.options, isMultipleChoice: false, endsAt: createdAt }],
    votes: [{ post: theirs, choices: [1] }],
    likes: others.slice(0, 2).map((post) => ({ post, likedAt: createdAt })),
    reposts: [{ post: theirs, repostedAt: createdAt }],
    'likes-visibility': [],
  });
  // Two of posts, and two of likes, of which the second is empty for the first was full.
  expect(pages).toBe(8);
});

test('a place that there is not is refused', async () => {
  const read = createPostPersonData(world.database);
  await expect(read(cast.alice, { part: 'post', after: null })).rejects.toThrow(RangeError);
  await expect(read(cast.alice, { part: 'posts', after: ['1', '2'] })).rejects.toThrow(RangeError);
});
