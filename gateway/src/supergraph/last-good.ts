import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Logger } from '@murmuration/service-kit';

/** A copy on disk of the last supergraph that served: the gateway starts although its source is away. */
export interface LastGood {
  keep(sdl: string): Promise<void>;
  read(): Promise<string | undefined>;
}

export function createLastGood(file: string | undefined, logger: Logger): LastGood {
  let kept: Promise<void> = Promise.resolve();
  async function write(sdl: string): Promise<void> {
    if (!file) return;
    try {
      await writeFile(`${file}.new`, sdl);
      await rename(`${file}.new`, file);
    } catch (error) {
      logger.warn({ err: error, file }, 'the supergraph could not be kept on disk');
    }
  }
  return {
    // One after the other: of two that come together the later one stays.
    keep: (sdl) => (kept = kept.then(() => write(sdl))),
    read: async () => (file ? readFile(file, 'utf8').catch(() => undefined) : undefined),
  };
}
