import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { traceHttpServer } from '../observe/tracing/http-server.ts';
import { answerClientFault } from './client-fault.ts';
import { isEarly, lingerAfterEarlyAnswers, type LingerLimits } from './linger.ts';
import { type Readiness, watchDependencies } from './readiness.ts';

export const httpLimits = {
  /** Longer than the pools' idle time, or a reused connection meets a closed one. */
  keepAliveMs: 75_000,
  requestMs: 30_000,
  bodyBytes: 1024 * 1024,
} as const;

export interface HttpServer {
  app: FastifyInstance;
  /** Whether every answer ends its connection by now. */
  isDraining(): boolean;
  /**
   * From now on `/readyz` answers 503 and every answer ends its connection, while requests are still served
   * for `delayMs`: load balancers look elsewhere meanwhile, and whoever keeps connections gives them up. With
   * a delay longer than they keep an idle one, none is left to be closed under a request on its way.
   */
  drain(delayMs: number): Promise<void>;
  /** Listens and returns the base URL. */
  listen(address: { host: string; port: number }): Promise<string>;
}

/**
 * An HTTP server with probes, bounded bodies and bounded waits. `/livez` says that the process runs,
 * `/readyz` that it may be sent requests: not before each `readiness` check has succeeded once, and not while
 * draining. `/readyz?verbose` says besides what each check found last.
 */
export function createHttpServer(options: {
  logger: Logger;
  readiness: Record<string, Readiness>;
  bodyBytes?: number;
  linger?: LingerLimits;
}): HttpServer {
  const { bodyBytes = httpLimits.bodyBytes, linger } = options;
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Its requests' numbers are in no other log, and a child costs each request as much as routing it.
    childLoggerFactory: (logger) => logger,
    forceCloseConnections: 'idle',
    keepAliveTimeout: httpLimits.keepAliveMs,
    requestTimeout: httpLimits.requestMs,
    bodyLimit: bodyBytes,
    return503OnClosing: false,
    clientErrorHandler: (fault, socket) => answerClientFault(fault, socket, linger),
  }) as unknown as FastifyInstance;
  lingerAfterEarlyAnswers(app.server, { bodyBytes, ...(linger && { limits: linger }) });
  traceHttpServer(app);
  let isDraining = false;

  // Only connections idle at that moment are closed by the framework: one that answers during the close
  // would be kept alive by its client and hold the end of the process for `keepAliveMs`.
  app.addHook('preClose', async () => {
    isDraining = true;
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (isDraining || isEarly(request.raw)) reply.header('connection', 'close');
    done();
  });

  app.get('/livez', () => ({ status: 'ok' }));
  const dependencies = watchDependencies(options.readiness);
  app.addHook('onClose', async () => dependencies.stop());
  app.get<{ Querystring: { verbose?: string } }>('/readyz', async ({ query }, reply) => {
    const failed = isDraining ? ['draining'] : await dependencies.missing();
    const detail = query.verbose === undefined ? {} : { dependencies: dependencies.states() };
    if (failed.length === 0) return { status: 'ok', ...detail };
    return reply.code(503).send({ status: 'not ready', failed, ...detail });
  });

  return {
    app,
    isDraining: () => isDraining,
    async drain(delayMs) {
      isDraining = true;
      await sleep(delayMs);
    },
    listen: (address) => app.listen(address),
  };
}
