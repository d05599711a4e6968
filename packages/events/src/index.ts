export { aggregateTypeOf, eventPayloads, type EventPayload, type EventType } from './catalogue.ts';
export { backfill } from './consumer/backfill.ts';
export { type ChangeSource, type StateChange } from './consumer/change.ts';
export { type Consumer, runConsumer } from './consumer/consumer.ts';
export { electionLimits, leadOnce } from './consumer/election.ts';
export { createFeedSource, type FeedSource } from './consumer/feed-source.ts';
export { FencedOff, inFencedTransaction, moveCursor, readCursor } from './consumer/fence.ts';
export { consumerLimits, type ConsumerOptions } from './consumer/options.ts';
export { type FeedPosition } from './feed/cursor.ts';
export { createFeed, type Feed, type FeedAnswer, feedLimits } from './feed/feed.ts';
export { renewFeedIdentity } from './feed/identity.ts';
export { hintChannel } from './feed/hints.ts';
export { registerFeedRoutes } from './feed/routes.ts';
export { serveFeed, type ServedFeed, servedFeedLimits } from './feed/serve.ts';
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
export { outboxInsertSql, outboxJson, type OutboxEvent, type RawExecutor, writeOutbox } from './outbox.ts';
export { type Retired, retentionLimits, retireOutboxPartitions } from './retention/retire.ts';
export {
  type BroughtPosition,
  createPositionTeller,
  type PositionTeller,
  readPosition,
  type Standing,
  standingOf,
  writtenAtSql,
} from './position.ts';
export { createWakeUps, type WakeUps } from './wake-ups.ts';
