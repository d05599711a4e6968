import type pg from 'pg';
import type { Redis } from 'ioredis';
import { readerKeys } from '../../subgraphs/timeline/src/home-cache/keys.ts';

const listsAtOnce = 1_000;
/** What each list holds before, newest first. */
export const entriesBefore = [30n, 20n, 10n];

/** Makes every push to somebody fail, as a bug would: their list's header is of a kind that it cannot be. */
export async function poison(redis: Redis, namespace: string, reader: bigint): Promise<void> {
  await redis.set(readerKeys(namespace, reader).header, 'poison');
}

/** People whose epoch moved: no list of theirs is believed, and each is made anew with what it lacks. */
export async function movedOf(timeline: pg.Client, people: readonly bigint[]): Promise<Set<bigint>> {
  const { rows } = await timeline.query<{ id: string }>(
    `SELECT r.id::text FROM unnest($1::bigint[]) AS p(id) JOIN reader r ON r.id = p.id AND r.epoch > 0`,
    [people],
  );
  return new Set(rows.map(({ id }) => BigInt(id)));
}

export interface Judged {
  /** Lists that are exactly what was posted, above what they held before. */
  exact: number;
  /** Of the others, by what is wrong with them. */
  lacking: number;
  twice: number;
  unordered: number;
}

/** Compares the list of each with what was posted to it, in that order. */
export async function judgeLists(
  redis: Redis,
  namespace: string,
  people: readonly bigint[],
  posted: readonly bigint[],
): Promise<Judged> {
  const expected = [...posted].reverse().concat(entriesBefore).map(String);
  const judged = { exact: 0, lacking: 0, twice: 0, unordered: 0 };
  for (let from = 0; from < people.length; from += listsAtOnce) {
    const some = people.slice(from, from + listsAtOnce);
    const pipeline = redis.pipeline();
    for (const reader of some) pipeline.lrange(readerKeys(namespace, reader).list, 0, -1);
    for (const [error, list] of (await pipeline.exec()) ?? []) {
      if (error) throw error;
      judged[kindOf(list as string[], expected)] += 1;
    }
  }
  return judged;
}

function kindOf(list: readonly string[], expected: readonly string[]): keyof Judged {
  const distinct = new Set(list);
  if (distinct.size !== list.length) return 'twice';
  if (expected.some((id) => !distinct.has(id))) return 'lacking';
  return list.join() === expected.join() ? 'exact' : 'unordered';
}
