import { readFile } from 'node:fs/promises';
import type { JWTVerifyGetKey } from 'jose';
import { request } from 'undici';
import { signatureHeader, verifySupergraph } from './verify.ts';

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

export const sourceLimits = {
  timeoutMs: 5_000,
  /** Of a supergraph that a registry sends. */
  bytes: 32 * 1024 * 1024,
} as const;

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

export interface UrlSourceOptions {
  readonly token?: string | undefined;
  /** Whose signature a supergraph must have; without keys none is asked for. */
  readonly keys?: JWTVerifyGetKey | undefined;
  readonly maxBytes?: number;
}

/** A registry, asked with the ETag of what it sent last: an unchanged supergraph costs a 304. */
export function urlSource(url: string, options: UrlSourceOptions = {}): SupergraphSource {
  const { keys, maxBytes = sourceLimits.bytes, token } = options;
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
      if (statusCode !== 200) {
        await body.dump();
        if (statusCode === 304) return undefined;
        throw new Error(`${url} answered ${statusCode}`);
      }
      const text = await readText(body, maxBytes);
      const signature = headers[signatureHeader];
      if (keys) await verifySupergraph(text, typeof signature === 'string' ? signature : undefined, keys);
      const given = typeof headers.etag === 'string' ? headers.etag : undefined;
      return { sdl: text, taken: () => (etag = given) };
    },
  };
}

async function readText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the supergraph has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
