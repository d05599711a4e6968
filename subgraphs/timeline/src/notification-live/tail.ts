import { followChannel, type Logger, type RedisCache } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { type NotificationLimits, notificationLimits } from '../notifications/limits.ts';
import { type NotificationHead, readNotificationHead } from '../notifications/preferences.ts';
import { decodeMessage, notificationChannel, type NotificationMessage, type Touched } from './channel.ts';

export interface NotificationListener {
  /** Whose notifications are of any interest. */
  listeners(): readonly bigint[];
  /**
   * Everything up to the head, in order; the next comes after it.
   * @param of whose it is; null: everybody's
   */
  onTouched(touched: readonly Touched[], head: bigint, of: readonly bigint[] | null): Promise<void>;
  /** The database became another one: what was told before cannot be continued. */
  onReset(head: NotificationHead): void;
}

/** What of some recipients was told after a place, in order; each as it stands now, so nothing comes twice. */
const touchedSql = `SELECT n.id, n.recipient_id AS "recipientId", n.place
  FROM unnest($1::bigint[]) AS r(id) CROSS JOIN unnest($2::text[]) AS k(kind) CROSS JOIN LATERAL (
    SELECT id, recipient_id, place FROM notification
    WHERE recipient_id = r.id AND kind = k.kind AND place > $3 AND place <= $4) n
  ORDER BY n.place`;

/**
 * Follows what is told. Messages are used when they continue where the last one ended; at or below it they are dropped; after a
 * jump, or a silence, what the listeners missed comes from Postgres.
 */
export async function followNotifications(options: {
  sql: Sql;
  redis: RedisCache;
  logger: Logger;
  start: NotificationHead;
  kinds: readonly string[];
  listener: NotificationListener;
  limits?: NotificationLimits;
}): Promise<{ stop(): Promise<void> }> {
  const { sql, redis, logger, kinds, listener, limits = notificationLimits } = options;
  let { incarnation, seq: last } = options.start;

  async function catchUp(): Promise<void> {
    const head = await readNotificationHead(sql);
    if (head.incarnation !== incarnation || head.seq < last) {
      ({ incarnation, seq: last } = head);
      listener.onReset(head);
      return;
    }
    if (head.seq === last) return;
    const listeners = listener.listeners();
    const touched: Touched[] = [];
    for (let from = 0; from < listeners.length; from += limits.caughtUpAtOnce) {
      const some = listeners.slice(from, from + limits.caughtUpAtOnce);
      const { rows } = await sql.query<Touched>({
        name: 'notifications-missed',
        text: touchedSql,
        values: [some, kinds, last, head.seq],
      });
      touched.push(...rows);
    }
    await tell(
      touched.sort((a, b) => (a.place < b.place ? -1 : 1)),
      head.seq,
      listeners,
    );
  }

  async function tell(
    touched: readonly Touched[],
    head: bigint,
    of: readonly bigint[] | null,
  ): Promise<void> {
    last = head;
    await listener.onTouched(touched, head, of);
  }

  async function take({ after, head, touched, ...message }: NotificationMessage): Promise<void> {
    // Another database counts places of its own.
    if (message.incarnation !== incarnation) return catchUp();
    if (head <= last) return;
    if (after === last && touched) await tell(touched, head, null);
    else await catchUp();
  }

  return followChannel({
    redis,
    channel: notificationChannel,
    name: 'what is told of notifications',
    decode: decodeMessage,
    take,
    catchUp,
    limits,
    logger,
  });
}
