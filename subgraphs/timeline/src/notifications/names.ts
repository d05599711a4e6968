import type { NotificationKind, NotificationSource } from '../generated/resolvers.ts';
import type { NotificationKind as Kind } from './kinds.ts';
import type { NotificationSource as Source } from './preferences.ts';

/** What the schema calls the kinds. */
export const kindNames = {
  follow: 'FOLLOW',
  request: 'FOLLOW_REQUEST',
  accepted: 'FOLLOW_ACCEPTED',
  like: 'LIKE',
  repost: 'REPOST',
  reply: 'REPLY',
  mention: 'MENTION',
  quote: 'QUOTE',
  poll: 'POLL_ENDED',
} as const satisfies Record<Kind, NotificationKind>;

const kinds = new Map(
  Object.entries(kindNames).map(([kind, name]) => [name as NotificationKind, kind as Kind]),
);

export function kindOf(name: NotificationKind): Kind {
  const kind = kinds.get(name);
  if (!kind) throw new Error(`the schema has no kind "${name}"`);
  return kind;
}

export const sourceNames = {
  everyone: 'EVERYONE',
  followed: 'FOLLOWED',
  nobody: 'NOBODY',
} as const satisfies Record<Source, NotificationSource>;

export function sourceOf(name: NotificationSource): Source {
  return name.toLowerCase() as Source;
}
