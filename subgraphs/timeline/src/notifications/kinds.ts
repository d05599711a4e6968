/** What a notification tells of. */
export const notificationKinds = [
  'follow',
  'request',
  'accepted',
  'like',
  'repost',
  'reply',
  'mention',
  'quote',
  'poll',
] as const;

export type NotificationKind = (typeof notificationKinds)[number];

/** What many do to the same is told together; everything else by itself. */
export const grouped: ReadonlySet<NotificationKind> = new Set(['follow', 'like', 'repost']);
