import type { Relationships } from '@murmuration/relationships';
import { selectBelongingOfMany } from '../belonging/entries.ts';
import { type ReplayRange, selectReplayOfMany } from '../belonging/replay.ts';
import { listOf } from '../belonging/source.ts';
import { seenOf, type Visible } from '../belonging/visible.ts';
import type { Reads, Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogEvent } from '../log/log-event.ts';
import type { LiveEvent } from './live-event.ts';
import { additionsIn, type Look } from './look.ts';

/**
 * What a stretch of the log is to several readers of one list, by reader: the statements are as many as for one of them. Null: the
 * reader has to look alone, for it is more than a page, or nobody can tell right now.
 */
export type ReplayTogether = (
  listId: bigint,
  readerIds: readonly (bigint | null)[],
  range: ReplayRange,
) => Promise<ReadonlyMap<bigint | null, readonly LiveEvent[] | null>>;

export function createReplayTogether(options: {
  sql: Sql;
  reads: Reads;
  /** Asked for all of them in one turn, so that it can ask by author. */
  relationships: Pick<Relationships, 'read'>;
  look: Look;
  limits?: TimelineLimits;
}): ReplayTogether {
  const { limits = timelineLimits, look, reads, relationships, sql } = options;
  return async (listId, readerIds, range) => {
    const numbers = readerIds.map((readerId) => readerId ?? 0n);
    const events = await selectReplayOfMany(sql, listId, numbers, range, limits.replayPage);
    const entries = await selectBelongingOfMany(
      reads,
      listId,
      numbers,
      additionsIn([...events.values()].flat()),
    );
    const visible: Visible = (source, ids) => {
      const belonging = entries.get(source.readerId ?? 0n);
      return seenOf(
        relationships,
        source,
        ids.flatMap((id) => belonging?.get(id) ?? []),
      );
    };
    const told = await Promise.all(
      readerIds.map(async (readerId): Promise<[bigint | null, readonly LiveEvent[] | null]> => {
        const mine: readonly LogEvent[] = events.get(readerId ?? 0n) ?? [];
        if (mine.length >= limits.replayPage) return [readerId, null];
        return [readerId, await look(listOf(listId, readerId), mine, visible).catch(() => null)];
      }),
    );
    return new Map(told);
  };
}
