import { type Span, SpanKind, trace } from '@opentelemetry/api';
import { failSpan } from './fail-span.ts';

type Query = (...values: unknown[]) => unknown;

/**
 * A span for every statement of a traced operation. `pg` has no channel for it, so its one method that sends
 * statements is wrapped: Prisma's adapter and our own pools all go through it. Values stay out of the span.
 */
export async function traceSql(): Promise<() => void> {
  const { default: pg } = await import('pg');
  const tracer = trace.getTracer('murmuration');
  const client = pg.Client.prototype as unknown as { query: Query };
  const send = client.query;

  client.query = function query(this: { database?: string }, ...values: unknown[]): unknown {
    if (!trace.getActiveSpan()) return send.apply(this, values);
    const text = textOf(values[0]);
    const attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': this.database ?? '',
      'db.query.text': text.slice(0, 2_000),
    };
    const span = tracer.startSpan(`sql ${verbOf(text)}`, { kind: SpanKind.CLIENT, attributes });
    const last = values.at(-1);
    if (typeof last === 'function') values[values.length - 1] = endedBy(span, last as Query);
    const result = send.apply(this, values);
    if (result instanceof Promise) return watched(span, result);
    if (typeof last !== 'function') span.end();
    return result;
  };
  return () => {
    client.query = send;
  };
}

function endedBy(span: Span, callback: Query): Query {
  return (error, ...rest) => {
    if (error) failSpan(span, error);
    span.end();
    return callback(error, ...rest);
  };
}

async function watched<Result>(span: Span, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query && 'text' in query ? String(query.text) : '';
}

function verbOf(text: string): string {
  return /\b[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'statement';
}
