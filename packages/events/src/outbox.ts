import { currentTraceContext } from '@murmuration/service-kit';
import { aggregateTypeOf, type EventPayload, type EventType } from './catalogue.ts';

export interface OutboxEvent<T extends EventType = EventType> {
  type: T;
  /** What the version counts: one row's id, or the two ids of a relation joined by a colon. */
  aggregateId: string;
  /** The aggregate's version after the change, from the statement that locked its row. */
  version: bigint;
  payload: EventPayload<T>;
}

/** The part of a Prisma transaction (or client) that is needed here. */
export interface RawExecutor {
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

/**
 * Body of an INSERT into the outbox that reads events from the JSON made by {@link outboxJson}. Statements
 * that do everything in one round trip use it as a CTE; `$1` style numbering is the caller's.
 */
export function outboxInsertSql(parameter: string): string {
  return `INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
    SELECT e.aggregatetype, e.aggregateid, e.version, e.type, e.payload, e.trace_context
    FROM jsonb_to_recordset(${parameter}::jsonb) AS e(aggregatetype text, aggregateid text, version bigint,
      type text, payload jsonb, trace_context text)`;
}

/** Events as the JSON that {@link outboxInsertSql} reads. */
export function outboxJson(
  events: readonly OutboxEvent[],
  traceContext: string | null = currentTraceContext(),
): string {
  return JSON.stringify(
    events.map((event) => ({
      aggregatetype: aggregateTypeOf(event.type),
      aggregateid: event.aggregateId,
      version: event.version.toString(),
      type: event.type,
      payload: event.payload,
      trace_context: traceContext,
    })),
  );
}

/** Writes events in the caller's transaction: they are published if and only if it commits. */
export async function writeOutbox(
  transaction: RawExecutor,
  events: readonly OutboxEvent[],
  traceContext: string | null = currentTraceContext(),
): Promise<void> {
  if (events.length === 0) return;
  await transaction.$executeRawUnsafe(outboxInsertSql('$1'), outboxJson(events, traceContext));
}
