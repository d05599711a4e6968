import type { SupergraphManager } from '@apollo/gateway';
import { Counter, type Logger, metrics } from '@murmuration/service-kit';
import type { LastGood } from './last-good.ts';
import type { SupergraphSource } from './source.ts';

const loads = new Counter({
  name: 'gateway_supergraph_loads_total',
  help: 'Supergraphs taken into service or refused',
  labelNames: ['outcome'],
  registers: [metrics],
});

for (const outcome of ['served', 'refused']) loads.labels(outcome).inc(0);

export interface ManagerOptions {
  source: SupergraphSource;
  lastGood: LastGood;
  pollMs: number;
  logger: Logger;
  /** Throws when the supergraph cannot be served; may warm its plans. */
  prepare(sdl: string): Promise<void>;
}

/**
 * Feeds `@apollo/gateway` from a source and polls it. A supergraph that cannot be used is refused by name and
 * the one that serves stays; at a start without a usable source, the last good copy serves.
 */
export function createSupergraphManager(options: ManagerOptions): SupergraphManager {
  const { source, logger, lastGood } = options;
  let lastProblem: string | undefined;

  function report(error: unknown): void {
    loads.labels('refused').inc();
    const problem = String(error);
    // A source that stays away is one piece of news, not one a second.
    if (problem !== lastProblem) logger.error({ err: error, source: source.name }, 'refused a supergraph');
    lastProblem = problem;
  }

  async function firstSdl(): Promise<string> {
    try {
      const sdl = await source.read();
      if (sdl === undefined) throw new Error(`${source.name} gave no supergraph`);
      await options.prepare(sdl);
      return sdl;
    } catch (error) {
      const copy = await lastGood.read();
      if (copy === undefined) throw error;
      report(error);
      await options.prepare(copy);
      logger.warn('serving the last good supergraph from disk');
      return copy;
    }
  }

  return {
    async initialize({ update }) {
      const supergraphSdl = await firstSdl();
      await lastGood.keep(supergraphSdl);
      let timer: NodeJS.Timeout | undefined;
      let isStopped = false;

      async function poll(): Promise<void> {
        try {
          const sdl = await source.read();
          lastProblem = undefined;
          if (sdl === undefined || isStopped) return;
          await options.prepare(sdl);
          update(sdl);
          await lastGood.keep(sdl);
          loads.labels('served').inc();
          logger.info({ source: source.name }, 'serving a new supergraph');
        } catch (error) {
          report(error);
        }
      }
      function schedule(): void {
        if (!isStopped) timer = setTimeout(() => void poll().finally(schedule), options.pollMs).unref();
      }
      schedule();
      return {
        supergraphSdl,
        cleanup: async () => {
          isStopped = true;
          clearTimeout(timer);
        },
      };
    },
  };
}
