import type { InternalKey } from '@murmuration/config';
import { createOutboxStreams, type Cursored, type Feed, type LoggedChange } from '@murmuration/events';
import type { SessionId, UserId } from '@murmuration/ids';
import type { Logger } from '@murmuration/service-kit';
import { type Change, personTopic, readChange } from './change.ts';
import type { UserLiveLimits } from './limits.ts';

/** What a viewer's stream carries: who it is about. How things stand with them is read when it is told. */
export type LiveItem =
  | { type: 'RelationChanged'; personId: UserId }
  | { type: 'ViewerChanged' }
  | { type: 'SessionEnded'; sessionId: SessionId };

export type LiveEvent = Cursored<LiveItem>;
export type LiveEventOf<Type extends LiveEvent['type']> = Extract<LiveEvent, { type: Type }>;

export interface ViewerStreams {
  /** @throws GraphQLError `RATE_LIMITED` when the viewer has as many streams as a person may */
  open(viewerId: UserId, after: string | null): AsyncIterableIterator<LiveEvent>;
  stop(): Promise<void>;
}

/** What happens to people's own accounts and relations, from this subgraph's own outbox. */
export function createViewerStreams(options: {
  feed: Pick<Feed, 'read' | 'head'>;
  keys: readonly [InternalKey, ...InternalKey[]];
  limits: UserLiveLimits;
  logger: Logger;
}): ViewerStreams {
  const streams = createOutboxStreams<Change, LiveItem, null>({
    ...options,
    read: readChange,
    tell({ change, place }: LoggedChange<Change>, members) {
      for (const { queue, viewerId } of members) queue.push({ ...itemFor(viewerId, change), at: place });
    },
  });
  return {
    open: (viewerId, after) =>
      streams.open({ viewerId, name: 'viewer', topics: [personTopic(viewerId)], subject: null, after }),
    stop: streams.stop,
  };
}

function itemFor(viewerId: UserId, change: Change): LiveItem {
  switch (change.kind) {
    case 'account':
      return { type: 'ViewerChanged' };
    case 'session':
      return { type: 'SessionEnded', sessionId: change.sessionId };
    case 'relation': {
      const [one, other] = change.people;
      return { type: 'RelationChanged', personId: one === viewerId ? other : one };
    }
    default:
      return change satisfies never;
  }
}
