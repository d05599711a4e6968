import type pg from 'pg';

/**
 * What every restore must end with: the copy becomes another feed, so that consumers that saw more than it
 * holds are told to read the state anew, instead of silently missing what comes. Readers of its former life
 * are forgotten: they keep nothing from being dropped.
 */
export async function renewFeedIdentity(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  await client.query('UPDATE feed_identity SET uuid = gen_random_uuid()');
  await client.query('DELETE FROM feed_consumer');
}
