import { readFile } from 'node:fs/promises';
import { request } from 'undici';

/** Where the supergraph comes from. */
export interface SupergraphSource {
  /** For messages. */
  readonly name: string;
  /** The SDL, or undefined when it has not changed since the last read. */
  read(): Promise<string | undefined>;
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
      last = text;
      return text;
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
      etag = typeof headers.etag === 'string' ? headers.etag : undefined;
      return text;
    },
  };
}
