import { readFile } from 'node:fs/promises';
import { request } from 'undici';

/** Where the supergraph comes from. */
export interface SupergraphSource {
  /** For messages. */
  readonly name: string;
  /** What is there, or undefined when it is what was taken last. */
  read(): Promise<ReadSupergraph | undefined>;
}

export interface ReadSupergraph {
  readonly sdl: string;
  /** It is in service: only now is it no longer news. What could not be served for a moment is tried again. */
  taken(): void;
}

export const sourceLimits = { timeoutMs: 5_000 } as const;

/** A file, read again at each poll: its time stamp says too little on container file systems. */
export function fileSource(file: string): SupergraphSource {
  let last: string | undefined;
  return {
    name: file,
    async read() {
      const text = await readFile(file, 'utf8');
      if (text === last) return undefined;
      return { sdl: text, taken: () => (last = text) };
    },
  };
}

/** A registry, asked with the ETag of what it sent last: an unchanged supergraph costs a 304. */
export function urlSource(url: string, token: string | undefined): SupergraphSource {
  let etag: string | undefined;
  return {
    name: url,
    async read() {
      const { statusCode, headers, body } = await request(url, {
        headersTimeout: sourceLimits.timeoutMs,
        bodyTimeout: sourceLimits.timeoutMs,
        headers: {
          ...(etag ? { 'if-none-match': etag } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
      });
      const text = await body.text();
      if (statusCode === 304) return undefined;
      if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
      const given = typeof headers.etag === 'string' ? headers.etag : undefined;
      return { sdl: text, taken: () => (etag = given) };
    },
  };
}
