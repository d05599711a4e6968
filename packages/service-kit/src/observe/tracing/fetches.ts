import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';
import { failSpan } from './fail-span.ts';

/** The part of a request that the channels hand out. */
interface OutgoingRequest {
  method: string;
  origin?: string | URL;
  path: string;
  addHeader(name: string, value: string): unknown;
}

/**
 * A span for every HTTP request that a traced operation makes through undici or the gateway's own client, whoever
 * makes it, and the `traceparent` that continues the trace at the other end. Requests outside a trace (long polls, probes)
 * stay without one.
 */
export function traceFetches(): () => void {
  const tracer = trace.getTracer('murmuration');
  const spans = new WeakMap<OutgoingRequest, Span>();

  const onCreate = (message: unknown) => {
    const { request } = message as { request: OutgoingRequest };
    if (!trace.getActiveSpan()) return;
    const path = request.path.split('?', 1)[0] ?? '';
    const span = tracer.startSpan(`${request.method} ${path}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': request.method,
        'url.path': path,
        'server.address': String(request.origin ?? ''),
      },
    });
    spans.set(request, span);
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(context.active(), span), carrier);
    for (const [name, value] of Object.entries(carrier)) request.addHeader(name, value);
  };
  const onHeaders = (message: unknown) => {
    const { request, response } = message as { request: OutgoingRequest; response: { statusCode: number } };
    spans.get(request)?.setAttribute('http.response.status_code', response.statusCode);
  };
  const onEnd = (message: unknown) => spans.get((message as { request: OutgoingRequest }).request)?.end();
  const onError = (message: unknown) => {
    const { error, request } = message as { request: OutgoingRequest; error: unknown };
    const span = spans.get(request);
    if (!span) return;
    failSpan(span, error);
    span.end();
  };

  const channels = ['undici', 'murmuration'].flatMap(
    (client) =>
      [
        [`${client}:request:create`, onCreate],
        [`${client}:request:headers`, onHeaders],
        [`${client}:request:trailers`, onEnd],
        [`${client}:request:error`, onError],
      ] as const,
  );
  for (const [name, listener] of channels) subscribe(name, listener);
  return () => {
    for (const [name, listener] of channels) unsubscribe(name, listener);
  };
}
