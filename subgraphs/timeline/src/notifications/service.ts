import { type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import type { Reads, Sql } from '../database/pool.ts';
import type { LiveCursors } from '../log/cursor.ts';
import type { NotificationKind } from './kinds.ts';
import { type DigestLine, readDigest } from './digest.ts';
import { notificationConnection, type NotificationConnection } from './connection.ts';
import { type NotificationLimits, notificationLimits } from './limits.ts';
import type { NotificationPages } from './page.ts';
import { readPreferences } from './preferences.ts';
import type { Stretch } from './select.ts';
import {
  type NotificationSetting,
  type NotificationSettingChange,
  readSettings,
  writeSettings,
} from './settings.ts';

/** Above every place. */
const highest = (1n << 63n) - 1n;

export interface NotificationService {
  /** @throws GraphQLError `BAD_USER_INPUT` for a page that cannot be asked for */
  page(
    viewerId: bigint,
    args: Pick<PageArguments, 'first' | 'after'>,
    kinds: readonly NotificationKind[] | null,
  ): Promise<NotificationConnection>;
  /** How many there are above the marker that the viewer would find there, at most `unreadCounted`; null when nobody can tell, or too much is hidden. */
  unreadCount(viewerId: bigint): Promise<number | null>;
  /** What of the time since a moment the viewer has not seen, by kind. @throws when nobody can tell */
  digest(viewerId: bigint, sinceMs: number): Promise<DigestLine[]>;
  settings(viewerId: bigint): Promise<NotificationSetting[]>;
  /** @returns all of them as they are then */
  change(viewerId: bigint, settings: readonly NotificationSettingChange[]): Promise<NotificationSetting[]>;
}

export function createNotificationService(options: {
  sql: Sql;
  reads: Reads;
  pages: NotificationPages;
  pageCursors: SealedCursorCodec;
  liveCursors: LiveCursors;
  limits?: NotificationLimits;
}): NotificationService {
  const { sql, reads, pages, pageCursors, liveCursors, limits = notificationLimits } = options;
  return {
    async page(viewerId, args, kinds) {
      const page = pageFrom(args, pageCursors);
      const preferences = await readPreferences(reads, viewerId);
      const stretch = { low: 0n, high: page.after ?? highest, order: 'newest' } as const;
      const read = await pages.read(viewerId, preferences, kinds, stretch, page.limit + 1);
      const liveCursor = liveCursors.encode({ ...preferences.head, viewerId });
      return notificationConnection(pageCursors, read, page, { viewerId, liveCursor });
    },

    async unreadCount(viewerId) {
      const preferences = await readPreferences(reads, viewerId);
      let count = 0;
      let high: bigint | null = highest;
      for (let step = 0; step < limits.unreadSteps && count < limits.unreadCounted; step++) {
        const stretch: Stretch = { low: preferences.seen, high, order: 'newest' };
        const left = limits.unreadCounted - count;
        const { rest, seen } = await pages.read(viewerId, preferences, null, stretch, left);
        if (seen.some((one) => 'because' in one)) return null;
        count += seen.length;
        high = rest;
        if (high === null) return count;
      }
      return count < limits.unreadCounted ? null : count;
    },

    digest: (viewerId, sinceMs) => readDigest({ pages, reads }, viewerId, sinceMs),

    settings: (viewerId) => readSettings(sql, viewerId),

    async change(viewerId, settings) {
      await writeSettings(sql, viewerId, settings);
      return readSettings(sql, viewerId);
    },
  };
}
