import type { ServerResponse } from 'node:http';

/** Writes to a response as fast as its reader takes it. */
export interface StreamWriter {
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
  end(text?: string): void;
}

/** A reader who does not take what was written within `maxStalledMs` is dropped. */
export function createWriter(response: ServerResponse, maxStalledMs: number): StreamWriter {
  return {
    write(text) {
      if (response.destroyed || response.writableEnded || response.write(text)) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => response.destroy(), maxStalledMs);
        const done = () => {
          clearTimeout(timer);
          response.off('drain', done).off('close', done);
          resolve();
        };
        response.once('drain', done).once('close', done);
      });
    },
    end(text) {
      // A stream that was cut short comes to its own end as well.
      if (response.destroyed || response.writableEnded) return;
      const timer = setTimeout(() => response.destroy(), maxStalledMs).unref();
      response.once('close', () => clearTimeout(timer));
      response.end(text);
    },
  };
}
