import { createHash } from 'node:crypto';
import type pg from 'pg';

/**
 * Which life of which database this is, as SQL over `feed_identity`. `pg_current_wal_lsn()` fails on a
 * standby; the timeline is taken from the WAL because the control file lags behind a promotion.
 */
export const identitySql = `(SELECT system_identifier FROM pg_control_system()) || '/' ||
    left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || uuid`;

/** The name by which cursors and positions know an identity. */
export function incarnationOf(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

/**
 * What every restore must end with: the copy becomes another feed, so that consumers that saw more than it
 * holds are told to read the state anew, instead of silently missing what comes. Readers of its former life
 * are forgotten: they keep nothing from being dropped.
 */
export async function renewFeedIdentity(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  await client.query('UPDATE feed_identity SET uuid = gen_random_uuid()');
  await client.query('DELETE FROM feed_consumer');
}
