import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Logger } from '@murmuration/service-kit';

/** A copy on disk of the last supergraph that served: the gateway starts although its source is away. */
export interface LastGood {
  keep(sdl: string): Promise<void>;
  read(): Promise<string | undefined>;
}

export function createLastGood(file: string | undefined, logger: Logger): LastGood {
  return {
    async keep(sdl) {
      if (!file) return;
      try {
        await writeFile(`${file}.new`, sdl);
        await rename(`${file}.new`, file);
      } catch (error) {
        logger.warn({ err: error, file }, 'the supergraph could not be kept on disk');
      }
    },
    read: async () => (file ? readFile(file, 'utf8').catch(() => undefined) : undefined),
  };
}
