import type { Context, Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { envelopeHeader } from '../../envelope/envelope.ts';
import { api } from './api.ts';
import { isTracing } from './tracing.ts';

const probes = new Set(['/livez', '/readyz', '/metrics']);

/**
 * A span for every request but probes. Only a request that carries an envelope may continue a trace: at the
 * edge anybody could otherwise write into the trace of somebody else.
 */
export function traceHttpServer(app: FastifyInstance): void {
  if (!isTracing()) return;
  const { context, propagation, ROOT_CONTEXT, SpanKind, trace } = api();
  const tracer = trace.getTracer('murmuration');
  const running = new WeakMap<FastifyRequest, { span: Span; context: Context }>();

  app.addHook('onRequest', (request, _reply, done) => {
    const path = request.raw.url?.split('?', 1)[0] ?? '';
    if (probes.has(path)) return done();
    const isOurs = request.headers[envelopeHeader] !== undefined;
    const parent = isOurs ? propagation.extract(ROOT_CONTEXT, request.headers) : ROOT_CONTEXT;
    // A long poll outside a trace would be a trace of nothing.
    if (path === '/internal/events' && !trace.getSpanContext(parent)) return done();
    const route = request.routeOptions.url ?? 'unknown';
    const attributes = { 'http.request.method': request.method, 'http.route': route };
    const options = { kind: SpanKind.SERVER, attributes };
    const span = tracer.startSpan(`${request.method} ${route}`, options, parent);
    const inside = trace.setSpan(parent, span);
    running.set(request, { span, context: inside });
    context.with(inside, done);
  });
  // Reading the body leaves the context; what comes after it must be inside again.
  app.addHook('preValidation', (request, _reply, done) => {
    const found = running.get(request);
    if (!found) return done();
    context.with(found.context, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = running.get(request)?.span;
    span?.setAttribute('http.response.status_code', reply.statusCode);
    span?.end();
    done();
  });
}
