import { setTimeout as sleep } from 'node:timers/promises';
import type { InternalKey } from '@murmuration/config';
import { readPosition, standingOf } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';
import { positionWaits } from './metrics.ts';

export const positionLimits = { waitMs: 300, lookEveryMs: 10 } as const;

/** Waits until the projection has reached the position that a client brought, but not for long. */
export type PositionWait = (position: string | null) => Promise<void>;

/**
 * A reader sees what they wrote: ingest is at most moments behind, and their own posts and follows need no
 * fan-out. A position is a hint: one that is forged, or of another life of a feed, is not waited for.
 */
export function createPositionWait(options: {
  sql: Sql;
  keys: readonly [InternalKey, ...InternalKey[]];
}): PositionWait {
  const { sql, keys } = options;

  async function cursors(): Promise<Map<string, string | null>> {
    const { rows } = await sql.query<{ feed: string; cursor: string | null }>({
      name: 'feed-cursors',
      text: 'SELECT feed, cursor FROM consumer',
    });
    return new Map(rows.map(({ feed, cursor }) => [feed, cursor]));
  }

  return async (position) => {
    if (position === null) return;
    const { places } = readPosition(keys, position);
    if (places.size === 0) return;
    const endsAtMs = performance.now() + positionLimits.waitMs;
    for (let looks = 1; ; looks++) {
      const reached = await cursors();
      const isBehind = [...places].some(
        ([feed, place]) => standingOf(reached.get(feed) ?? null, place) === 'before',
      );
      if (!isBehind) return positionWaits.labels(looks === 1 ? 'past' : 'waited').inc();
      if (performance.now() >= endsAtMs) return positionWaits.labels('gave up').inc();
      await sleep(positionLimits.lookEveryMs);
    }
  };
}
