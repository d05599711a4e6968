import type { Logger } from 'pino';
import { startTracing } from '../observe/tracing/tracing.ts';

export const lifecycleLimits = {
  /** After this long the process ends whatever still runs. */
  stopDeadlineMs: 25_000,
} as const;

export interface Lifecycle {
  /** Registers what must be ended. The last registered is ended first. */
  onStop(name: string, stop: () => Promise<unknown> | unknown): void;
  stop(reason: string): Promise<void>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const steps: { name: string; stop: () => unknown }[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(reason: string): Promise<void> {
    logger.info({ reason }, 'stopping');
    for (const { name, stop } of steps.reverse()) {
      try {
        await stop();
      } catch (error) {
        logger.error({ err: error, step: name }, 'a step of the stop failed');
      }
    }
    logger.info('stopped');
  }

  return {
    onStop: (name, stop) => void steps.push({ name, stop }),
    stop: (reason) => (stopping ??= stopAll(reason)),
  };
}

/**
 * Runs a process from start to orderly end. It stops on SIGTERM, SIGINT and the loss of the IPC channel to
 * the supervisor that started it; a failed start or an uncaught error ends it with code 1.
 */
export async function runProcess(
  logger: Logger,
  start: (lifecycle: Lifecycle) => Promise<void>,
): Promise<void> {
  const lifecycle = createLifecycle(logger);
  const end = (reason: string, code: number) => {
    setTimeout(() => process.exit(code || 1), lifecycleLimits.stopDeadlineMs).unref();
    void lifecycle.stop(reason).then(() => process.exit(code));
  };
  process.once('SIGTERM', () => end('SIGTERM', 0));
  process.once('SIGINT', () => end('SIGINT', 0));
  if (process.send) process.once('disconnect', () => end('the supervisor is gone', 0));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught');
    end('an uncaught error', 1);
  });
  try {
    const tracing = await startTracing({ name: String(logger.bindings()['name'] ?? 'unknown') });
    lifecycle.onStop('tracing', () => tracing.stop());
    await start(lifecycle);
  } catch (error) {
    logger.fatal({ err: error }, 'could not start');
    end('a failed start', 1);
  }
}
