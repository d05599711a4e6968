import { afterAll, beforeAll, expect, test } from 'vitest';
import { isFirstRepostSql } from '../src/belonging/first-repost.ts';
import { firstRepostFor } from '../src/belonging/repost-viewers.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown } from './support/town.ts';

const followees = 30;
const reader = 7n;
const [known, viral] = [1_000n, 2_000n];
let home: TestHome;

/** The world reposts an original, and then somebody whom the reader follows does: the ids of reposts go up. */
async function repost(original: bigint, world: number): Promise<bigint> {
  const last = original * 1_000_000n + BigInt(world);
  await home.pool.query(
    `INSERT INTO repost_ref (author_id, original_id, id, original_author_id, active, version)
     SELECT 100000 + n, $1::bigint, $1::bigint * 1000000 + n, 5, true, 1 FROM generate_series(0, $2::int - 1) n
     UNION ALL SELECT 500, $1::bigint, $3::bigint, 5, true, 1`,
    [original, world, last],
  );
  return last;
}

beforeAll(async () => {
  home = await openHome(createTown(2));
  await home.pool.query(
    `INSERT INTO follow (follower_id, followee_id, active, version, since_seq)
     SELECT $1, 500 + n, true, 1, 0 FROM generate_series(0, $2::int - 1) n`,
    [reader, followees],
  );
});
afterAll(() => home.close());

/** Pages of the database that are looked at to say whether a repost is the reader's first of its original. */
async function costOf(repostId: bigint): Promise<number> {
  const { rows } = await home.pool.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT FROM repost_ref r
     WHERE r.id = ${repostId} AND r.active AND ${isFirstRepostSql('home', String(reader))}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan ?? {};
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

test('a late repost of what the world reposted costs what its reader follows', async () => {
  const [few, many] = [await repost(known, 1_000), await repost(viral, 50_000)];
  await home.pool.query('ANALYZE repost_ref, follow');
  for (const id of [few, many]) {
    await costOf(id);
    expect(await firstRepostFor(home.pool, id, [reader])).toEqual(new Set([reader]));
  }
  const [cost, viralCost] = [await costOf(few), await costOf(many)];
  // Fifty times as many reposts: a level more of the index, at most, for each followee.
  expect(viralCost).toBeLessThan(2 * cost);
  expect(viralCost).toBeLessThan(20 * followees);
});
