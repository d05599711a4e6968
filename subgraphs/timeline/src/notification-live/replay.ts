import { textArray } from '@murmuration/postgres';
import { type LiveStreamLimits, tryAgain } from '@murmuration/service-kit/subgraph';
import type { Reads } from '../database/pool.ts';
import { notificationKinds } from '../notifications/kinds.ts';
import { type NotificationLimits, notificationLimits } from '../notifications/limits.ts';
import type { Notification } from '../notifications/notification.ts';
import type { NotificationPages, Seen } from '../notifications/page.ts';
import { readerOf } from '../notifications/page.ts';
import { type Preferences, readPreferences, wantedKinds } from '../notifications/preferences.ts';
import { selectById, selectNotifications } from '../notifications/select.ts';
import type { LookAgain, ReplayNotifications } from './hub.ts';

/** @throws of what nobody can tell: nothing is told until somebody can */
function known(seen: readonly Seen[]): Notification[] {
  return seen.map((one) => {
    if ('because' in one) throw one.because;
    return one;
  });
}

/** What a viewer is told of notifications as they are now, with what the viewer wants to hear of as it is now. */
export function createLookAgain(options: { reads: Reads; pages: Pick<NotificationPages, 'see'> }): LookAgain {
  const { reads, pages } = options;
  return async (recipientId, ids) => {
    const preferences = await readPreferences(reads, recipientId);
    const kept = await selectById(reads, readerOf(recipientId, preferences), ids);
    const wanted = new Set(wantedKinds(preferences));
    const found = kept.filter(({ kind }) => wanted.has(kind));
    return known(await pages.see(recipientId, preferences, found));
  };
}

const countSql = `SELECT count(*)::integer AS count FROM (
  SELECT FROM unnest($2::text[]) AS k(kind) CROSS JOIN LATERAL (
    SELECT FROM notification WHERE recipient_id = $1 AND kind = k.kind AND place > $3 LIMIT $4) n
  LIMIT $4) counted`;

/** Whether more was told to a viewer after a place than is told again. */
export async function isReplayOver(
  reads: Reads,
  viewerId: bigint,
  after: bigint,
  { replayed }: Pick<NotificationLimits, 'replayed'> = notificationLimits,
): Promise<boolean> {
  const { rows } = await reads.query<{ count: number }>({
    name: 'notifications-missed-count',
    text: countSql,
    values: [viewerId, textArray(notificationKinds), after, replayed + 1],
  });
  return (rows[0]?.count ?? 0) > replayed;
}

/** Each notification once, at the place where it stands now. */
export function createNotificationReplay(options: {
  reads: Reads;
  pages: Pick<NotificationPages, 'see'>;
  limits: LiveStreamLimits & NotificationLimits;
}): ReplayNotifications {
  const { reads, pages, limits } = options;

  async function look(viewerId: bigint, preferences: Preferences, low: bigint, through: bigint) {
    const { kept, last } = await selectNotifications(
      reads,
      readerOf(viewerId, preferences),
      wantedKinds(preferences),
      { low, high: through + 1n, order: 'oldest' },
      limits.replayed,
    );
    return { told: known(await pages.see(viewerId, preferences, kept)), last };
  }

  return async (viewerId, { after, through }, push, isWanted) => {
    for (let from: bigint | null = after; from !== null && isWanted(); ) {
      const low: bigint = from;
      const found = await tryAgain(
        async () => look(viewerId, await readPreferences(reads, viewerId), low, through),
        isWanted,
        limits,
      );
      for (const notification of found?.told ?? [])
        push({ type: 'NotificationAdded', seq: notification.place, notification });
      from = found?.last ?? null;
    }
  };
}
