import type { EventType } from '@murmuration/events';

/** What the projection keeps of each feed, in the order in which a backfill reads it. */
export const feeds = {
  user: ['account.changed', 'block.changed', 'mute.changed', 'follow.changed'],
  post: ['post.changed', 'repost.changed'],
} as const satisfies Record<string, readonly EventType[]>;

export type FeedName = keyof typeof feeds;
export const feedNames = Object.keys(feeds) as FeedName[];
