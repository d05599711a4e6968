import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { traceHttpServer } from '../observe/tracing/http-server.ts';

export const httpLimits = {
  /** Longer than the pools' idle time, or a reused connection meets a closed one. */
  keepAliveMs: 75_000,
  requestMs: 30_000,
  bodyBytes: 1024 * 1024,
} as const;

export type Readiness = () => Promise<void> | void;

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
 * `/readyz` that it can do its work: it fails while draining and when a `readiness` check throws.
 */
export function createHttpServer(options: {
  logger: Logger;
  readiness: Record<string, Readiness>;
  bodyBytes?: number;
}): HttpServer {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Its requests' numbers are in no other log, and a child costs each request as much as routing it.
    childLoggerFactory: (logger) => logger,
    forceCloseConnections: 'idle',
    keepAliveTimeout: httpLimits.keepAliveMs,
    requestTimeout: httpLimits.requestMs,
    bodyLimit: options.bodyBytes ?? httpLimits.bodyBytes,
    return503OnClosing: false,
  }) as unknown as FastifyInstance;
  traceHttpServer(app);
  let isDraining = false;

  // Only connections idle at that moment are closed by the framework: one that answers during the close
  // would be kept alive by its client and hold the end of the process for `keepAliveMs`.
  app.addHook('preClose', async () => {
    isDraining = true;
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining) reply.header('connection', 'close');
    done();
  });

  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const failed = isDraining ? ['draining'] : await failedChecks(options.readiness);
    if (failed.length === 0) return { status: 'ok' };
    return reply.code(503).send({ status: 'not ready', failed });
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

async function failedChecks(checks: Record<string, Readiness>): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await check();
        return [];
      } catch {
        return [name];
      }
    }),
  );
  return results.flat();
}
