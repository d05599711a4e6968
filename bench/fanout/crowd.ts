import type pg from 'pg';
import type { HomeCache } from '../../subgraphs/timeline/src/home-cache/cache.ts';

/** What a list holds, as it would after weeks. */
const listed = 800;
const storedAtOnce = 64;

/** People who are nobody elsewhere, so that the ids of real ones stay out of the way. */
export function crowdOf(size: number, from = 1): bigint[] {
  return Array.from({ length: size }, (_, index) => (BigInt(index + from) << 22n) + BigInt(index));
}

/** Has people follow an author, straight into the projection: through the API it would take an hour. */
export async function follow(timeline: pg.Client, author: bigint, people: readonly bigint[]): Promise<void> {
  await timeline.query(
    `INSERT INTO follow (follower_id, followee_id, active, version, since_seq)
     SELECT id, $1, true, 1, 0 FROM unnest($2::bigint[]) AS id ON CONFLICT DO NOTHING`,
    [author, people],
  );
  await timeline.query(
    `INSERT INTO account (id, follower_count) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET follower_count = account.follower_count + excluded.follower_count`,
    [author, people.length],
  );
  await timeline.query(
    `INSERT INTO reader (id, followee_count) SELECT id, 1 FROM unnest($1::bigint[]) AS id ON CONFLICT DO NOTHING`,
    [people],
  );
}

const full = Array.from({ length: listed }, (_, index) => BigInt(10 * (listed - index)));

/** Gives each of them a cached list of old entries, newest first; a full one by default. */
export async function warm(
  cache: HomeCache,
  people: readonly bigint[],
  ids: readonly bigint[] = full,
): Promise<void> {
  for (let from = 0; from < people.length; from += storedAtOnce) {
    await Promise.all(
      people.slice(from, from + storedAtOnce).map(async (reader) => {
        const opened = await cache.open(reader, 'bench');
        if (opened.status !== 'opened') throw new Error('somebody else makes this list');
        await cache.store(reader, opened.token, { epoch: 'bench', head: 0n, ids });
      }),
    );
  }
}
