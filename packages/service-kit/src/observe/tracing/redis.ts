import { tracingChannel } from 'node:diagnostics_channel';
import { type Span, SpanKind, trace } from '@opentelemetry/api';
import { failSpan } from './fail-span.ts';

interface Command {
  command: string;
  error?: unknown;
}

/** A span for every Redis command of a traced operation; keys and values stay out of it. */
export function traceRedis(): () => void {
  const tracer = trace.getTracer('murmuration');
  const spans = new WeakMap<Command, Span>();
  const end = (command: Command) => spans.get(command)?.end();
  const listeners = {
    start(message: unknown) {
      if (!trace.getActiveSpan()) return;
      const command = message as Command;
      const attributes = { 'db.system.name': 'redis', 'db.operation.name': command.command };
      spans.set(command, tracer.startSpan(`redis ${command.command}`, { kind: SpanKind.CLIENT, attributes }));
    },
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (message: unknown) => end(message as Command),
    error(message: unknown) {
      const span = spans.get(message as Command);
      if (span) failSpan(span, (message as Command).error);
    },
  };
  const channel = tracingChannel('ioredis:command');
  channel.subscribe(listeners);
  return () => channel.unsubscribe(listeners);
}
