import { idAt } from '@murmuration/ids';
import type { Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import { decodePosition, isBefore } from '../feed/cursor.ts';
import { readHead } from '../feed/look.ts';
import { outboxBytes, partitionsDropped } from './metrics.ts';
import { dropPartition, lastRowOf, type Partition, readPartitions } from './partitions.ts';

export const retentionLimits = {
  minimumAgeMs: 24 * 3_600_000,
  /** Above this the oldest go even if a consumer has not passed them; it gets 410 and backfills. */
  capBytes: 20 * 1024 ** 3,
} as const;

export interface Retired {
  partition: string;
  because: 'passed' | 'cap';
}

/**
 * Drops outbox partitions that are over a day old and that every registered consumer has passed. Above the
 * disk cap the oldest go regardless. What a reader then lacks it is told: the place of the last dropped row
 * is stored with the drop, and a cursor before it is answered with a reset.
 */
export async function retireOutboxPartitions(options: {
  pool: pg.Pool;
  feed: string;
  logger: Logger;
  minimumAgeMs?: number;
  capBytes?: number;
}): Promise<Retired[]> {
  const { feed, logger, pool } = options;
  const { minimumAgeMs = retentionLimits.minimumAgeMs, capBytes = retentionLimits.capBytes } = options;
  const partitions = await readPartitions(pool);
  let bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0);
  outboxBytes.labels(feed).set(bytes);
  const retired: Retired[] = [];
  for (const partition of partitions) {
    const endsBy = (ageMs: number) => partition.endId <= idAt(Date.now() - ageMs);
    const isOverCap = bytes > capBytes && partition.bytes > 0;
    // The present partition takes today's rows: dropping it would refuse every mutation.
    if (!endsBy(isOverCap ? 0 : minimumAgeMs)) break;
    const laggards = await laggardsOf(pool, partition);
    if (laggards.length > 0 && !isOverCap) {
      logger.warn(
        { feed, partition: partition.name, laggards },
        'kept for consumers that have not passed it',
      );
      break;
    }
    await dropPartition(pool, partition);
    const because = laggards.length > 0 ? 'cap' : 'passed';
    partitionsDropped.labels(feed, because).inc();
    logger[because === 'cap' ? 'warn' : 'info'](
      { feed, partition: partition.name, laggards, because },
      'dropped a partition of the outbox',
    );
    bytes -= partition.bytes;
    retired.push({ partition: partition.name, because });
  }
  return retired;
}

/** Registered consumers that still need the partition. One of another incarnation begins anew anyway. */
async function laggardsOf(pool: pg.Pool, partition: Partition): Promise<string[]> {
  const last = await lastRowOf(pool, partition);
  if (last === null) return [];
  const here = decodePosition(await readHead(pool))?.incarnation;
  const { rows } = await pool.query<{ name: string; xid: string; id: string }>(
    'SELECT name, xid::text AS xid, id::text AS id FROM feed_consumer WHERE incarnation = $1 ORDER BY name',
    [here],
  );
  return rows.flatMap(({ id, name, xid }) =>
    isBefore({ xid: BigInt(xid), id: BigInt(id) }, last) ? [name] : [],
  );
}
