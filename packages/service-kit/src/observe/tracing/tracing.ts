import type { Attributes, Context, Span } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { api, loadApi } from './api.ts';
import { failSpan } from './fail-span.ts';

export interface Tracing {
  /** Sends what is still held back, then switches tracing off. */
  stop(): Promise<void>;
}

let isOn = false;

/** Whether spans go anywhere; while false nothing here costs more than this check. */
export function isTracing(): boolean {
  return isOn;
}

/**
 * Switches tracing on for this process: on when `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector, or with an
 * exporter of the caller's, as tests do. OpenTelemetry is loaded only then. `runProcess` calls it before anything
 * else starts, so that no part of a process has to.
 */
export async function startTracing(options: {
  name: string;
  exporter?: SpanExporter;
  environment?: NodeJS.ProcessEnv;
}): Promise<Tracing> {
  const { environment = process.env, exporter, name } = options;
  if (!exporter && !environment['OTEL_EXPORTER_OTLP_ENDPOINT']) return { stop: async () => undefined };
  await loadApi();
  const { startSdk } = await import('./sdk.ts');
  const stopSdk = await startSdk(name, environment, exporter);
  isOn = true;
  return {
    async stop() {
      isOn = false;
      await stopSdk();
    },
  };
}

/** What makes this process's spans. */
function tracer() {
  return api().trace.getTracer('murmuration');
}

/** Runs something inside a span of its own; a failure is noted in the span and passed on. */
export async function inSpan<Result>(
  name: string,
  attributes: Attributes,
  run: () => Promise<Result> | Result,
): Promise<Result> {
  if (!isOn) return run();
  return tracer().startActiveSpan(name, { attributes }, (span) => runIn(span, run));
}

/**
 * Runs a consumer's work on events. Work that one request caused becomes a part of that request's trace; work
 * that many caused gets a trace of its own with a link to each.
 */
export async function inEventSpan<Result>(
  name: string,
  traceContexts: readonly (string | null)[],
  attributes: Attributes,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!isOn) return run();
  const { ROOT_CONTEXT, SpanKind, trace } = api();
  const causes = [...new Set(traceContexts)].flatMap((text) => {
    const cause = text && trace.getSpanContext(contextOf(text));
    return cause ? [{ text, context: cause }] : [];
  });
  const [first] = causes;
  if (!first) return run();
  const parent = causes.length === 1 ? contextOf(first.text) : ROOT_CONTEXT;
  const links = causes.length > 1 ? causes.slice(0, 128).map((cause) => ({ context: cause.context })) : [];
  const options = { attributes, kind: SpanKind.CONSUMER, links };
  return tracer().startActiveSpan(name, options, parent, (span) => runIn(span, run));
}

/** The active trace as W3C `traceparent` text: what an outbox row carries. Null while there is none. */
export function currentTraceContext(): string | null {
  if (!isOn) return null;
  const carrier: { traceparent?: string } = {};
  const { context, propagation } = api();
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}

/** Ids that join a log line to its trace. */
export function traceIds(): { traceId?: string; spanId?: string } {
  const active = isOn ? api().trace.getActiveSpan()?.spanContext() : undefined;
  return active ? { traceId: active.traceId, spanId: active.spanId } : {};
}

async function runIn<Result>(span: Span, run: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function contextOf(traceparent: string): Context {
  const { propagation, ROOT_CONTEXT } = api();
  return propagation.extract(ROOT_CONTEXT, { traceparent });
}
