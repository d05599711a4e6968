export { aggregateTypeOf, eventPayloads, type EventPayload, type EventType } from './catalogue.ts';
export { outboxInsertSql, outboxJson, type OutboxEvent, type RawExecutor, writeOutbox } from './outbox.ts';
