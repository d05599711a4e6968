import { inSpan, startTracing } from '@murmuration/service-kit';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { runConsumer } from '../src/index.ts';
import { openFollower, until } from './support/follower.ts';
import { openProducer } from './support/producer.ts';

test('the trace of a change goes on where its event is applied, down to the SQL', async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = await startTracing({ name: 'test', exporter });
  const [producer, follower] = await Promise.all([openProducer(), openFollower()]);
  await inSpan('Mutation.follow', {}, () => producer.follow(1, 2));
  const consumer = runConsumer(follower.options(producer.source));
  const spans = () => exporter.getFinishedSpans();
  const named = (name: string) => spans().find((span) => span.name === name);
  await until(() => named('consume user') !== undefined);
  const [mutation, consumed] = [named('Mutation.follow'), named('consume user')];
  expect(consumed?.parentSpanContext?.traceId).toBe(mutation?.spanContext().traceId);
  const statements = spans().filter(
    (span) => span.parentSpanContext?.spanId === consumed?.spanContext().spanId,
  );
  expect(statements.map((span) => span.name)).toEqual([
    'sql BEGIN',
    'sql UPDATE',
    'sql UPDATE',
    'sql INSERT',
    'sql COMMIT',
  ]);
  await consumer.stop();
  await Promise.all([producer.close(), follower.close()]);
  await tracing.stop();
});
