export { aggregateTypeOf, eventPayloads, type EventPayload, type EventType } from './catalogue.ts';
export { backfill } from './consumer/backfill-command.ts';
export { type BackfillState, readBackfill } from './consumer/backfill-state.ts';
export { type ChangeSource, type StateChange, type Sweep } from './consumer/change.ts';
export { type Consumer, runConsumer } from './consumer/consumer.ts';
export { deadLetterLimits, forgetDeadLetters } from './consumer/dead-letters.ts';
export { electionLimits, leadOnce } from './consumer/election.ts';
export {
  type DeadLetter,
  type DirtyAggregate,
  dropPutAside,
  listPutAside,
  type PutAside,
  putAsideLimits,
  retryPutAside,
  showDeadLetter,
  showDirtyAggregate,
  type Which,
} from './consumer/put-aside.ts';
export { createFeedSource, createFeedWatch, type FeedSource } from './consumer/feed-source.ts';
export { FencedOff, inFencedTransaction, inTransaction, moveCursor, readCursor } from './consumer/fence.ts';
export { consumerLimits, consumerName, type ConsumerOptions } from './consumer/options.ts';
export { type FeedPosition } from './feed/cursor.ts';
export { createFeed, type Feed, type FeedAnswer, feedLimits } from './feed/feed.ts';
export { renewFeedIdentity } from './feed/identity.ts';
export { hintChannel } from './feed/hints.ts';
export { registerFeedRoutes } from './feed/routes.ts';
export { type OpenedFeed, openFeed, serveFeed, servedFeedLimits } from './feed/serve.ts';
export { createSqlSnapshot, type SnapshotProvider, snapshotLimits } from './feed/snapshots.ts';
export {
  feedReset,
  type ResetReason,
  type WireEvent,
  type WirePage,
  type WireSnapshotPage,
  type WireSnapshotState,
  type WireState,
} from './feed/wire.ts';
export { createStreamCursors, type StreamCursors, type StreamPlace } from './live/cursor.ts';
export { createFollower, type Follower, type ReadChange } from './live/follower.ts';
export { type OutboxLogLimits, outboxLogLimits } from './live/limits.ts';
export {
  createOutboxStreams,
  type Cursored,
  type Member,
  type OutboxStreams,
  type Placed,
  type StreamRequest,
} from './live/streams.ts';
export { type LoggedChange } from './live/window.ts';
export { outboxInsertSql, outboxJson, type OutboxEvent, type RawExecutor, writeOutbox } from './outbox.ts';
export { type Retired, retentionLimits, retireOutboxPartitions } from './retention/retire.ts';
export {
  type BroughtPosition,
  createPositionOf,
  createPositionTeller,
  type PositionOf,
  type PositionTeller,
  readPosition,
  type Standing,
  standingOf,
  writtenAtSql,
} from './position.ts';
export { createWakeUps, type WakeUps } from './wake-ups.ts';
