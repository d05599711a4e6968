import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  SimpleSpanProcessor,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { traceFetches } from './fetches.ts';
import { traceRedis } from './redis.ts';
import { traceSql } from './sql.ts';

/**
 * Registers the SDK and listens on the channels of the libraries. `OTEL_TRACES_SAMPLER_ARG` is the share of
 * requests that are traced; what a traced request causes is traced too.
 * @returns what ends it all
 */
export async function startSdk(
  name: string,
  environment: NodeJS.ProcessEnv,
  exporter: SpanExporter | undefined,
): Promise<() => Promise<void>> {
  const ratio = Number(environment['OTEL_TRACES_SAMPLER_ARG'] || 1);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': name, 'service.namespace': 'murmuration' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      exporter
        ? new SimpleSpanProcessor({ exporter })
        : new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: collectorOf(environment) }) }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const stops = [traceFetches(), traceRedis(), await traceSql()];
  return async () => {
    for (const stop of stops) stop();
    await provider.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  };
}

/** The standard variable names the collector; its path for traces is the standard's as well. */
function collectorOf(environment: NodeJS.ProcessEnv): string {
  return `${environment['OTEL_EXPORTER_OTLP_ENDPOINT']?.replace(/\/$/, '')}/v1/traces`;
}
