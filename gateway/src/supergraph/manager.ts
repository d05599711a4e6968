import type { SupergraphManager } from '@apollo/gateway';
import type { Logger } from '@murmuration/service-kit';
import type { SupergraphSource } from './source.ts';

/**
 * Feeds `@apollo/gateway` from a source and polls it. A supergraph that cannot be used is refused with a log
 * line and the one that serves stays.
 */
export function createSupergraphManager(options: {
  source: SupergraphSource;
  pollMs: number;
  logger: Logger;
  /** Throws when the supergraph cannot be served; may warm its plans. */
  prepare(sdl: string): Promise<void>;
}): SupergraphManager {
  const { source, logger } = options;
  return {
    async initialize({ update }) {
      const supergraphSdl = await source.read();
      if (supergraphSdl === undefined) throw new Error(`${source.name} gave no supergraph`);
      await options.prepare(supergraphSdl);
      let timer: NodeJS.Timeout | undefined;
      let isStopped = false;

      async function poll(): Promise<void> {
        try {
          const sdl = await source.read();
          if (sdl !== undefined) {
            await options.prepare(sdl);
            update(sdl);
            logger.info({ source: source.name }, 'serving a new supergraph');
          }
        } catch (error) {
          logger.error({ err: error, source: source.name }, 'kept the supergraph: the new one is not usable');
        }
        schedule();
      }
      function schedule(): void {
        if (!isStopped) timer = setTimeout(() => void poll(), options.pollMs).unref();
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
