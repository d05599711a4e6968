import type { EventType } from '@murmuration/events';

/** What the projection keeps of each feed, in the order in which a backfill reads it. */
export const feeds = {
  user: ['account.changed', 'block.changed', 'mute.changed', 'follow.changed'],
  post: ['post.changed', 'repost.changed'],
} as const satisfies Record<string, readonly EventType[]>;

export type FeedName = keyof typeof feeds;
export const feedNames = Object.keys(feeds) as FeedName[];

/** What notifications are made of, by consumers of their own: what one of them passed, the other may still need. */
export const notificationFeeds = {
  user: ['follow.changed'],
  post: ['post.changed', 'repost.changed', 'like.changed', 'poll.ended'],
} as const satisfies Record<FeedName, readonly EventType[]>;

/** What the feeds are read for a second time. */
export const notificationPurpose = 'notifications';

/** Every consumer of this subgraph, by the name that its row, its metrics and its readers have. */
export const consumerNames = feedNames.flatMap((feed) => [feed, `${feed}/${notificationPurpose}`]);
