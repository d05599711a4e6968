import type { Reads } from '../database/pool.ts';
import type { NotificationKind } from './kinds.ts';
import { notificationLimits } from './limits.ts';
import type { Notification } from './notification.ts';
import { isUnknown } from './notification.ts';
import type { NotificationPages } from './page.ts';
import { readPreferences } from './preferences.ts';

/** What was done of one kind, and some of those who did it. */
export interface DigestLine {
  kind: NotificationKind;
  count: number;
  actorIds: bigint[];
}

/** Above every place. */
const highest = (1n << 63n) - 1n;

/**
 * What somebody has not seen of what grew since a moment, by kind: as they would find it now, and no more than the newest so many.
 * @throws when nobody can tell
 */
export async function readDigest(
  { pages, reads }: { pages: Pick<NotificationPages, 'read'>; reads: Reads },
  viewerId: bigint,
  sinceMs: number,
): Promise<DigestLine[]> {
  const preferences = await readPreferences(reads, viewerId);
  const stretch = { low: preferences.seen, high: highest, order: 'newest' } as const;
  const { seen } = await pages.read(viewerId, preferences, null, stretch, notificationLimits.digested);
  const lines = new Map<NotificationKind, DigestLine>();
  for (const one of seen) {
    if (isUnknown(one)) throw one.because;
    if (one.grewAt.getTime() >= sinceMs) add(lines, one);
  }
  return [...lines.values()];
}

function add(lines: Map<NotificationKind, DigestLine>, { actorCount, actorIds, kind }: Notification): void {
  const line = lines.get(kind) ?? { kind, count: 0, actorIds: [] };
  line.count += actorCount;
  const others = actorIds.filter((id) => !line.actorIds.includes(id));
  line.actorIds = [...line.actorIds, ...others].slice(0, notificationLimits.actorsShown);
  lines.set(kind, line);
}
