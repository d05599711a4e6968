import { readFile } from 'node:fs/promises';
import type { JWTVerifyGetKey } from 'jose';
import { request } from 'undici';
import { type Claims, type SignedKind, signedSupergraph, verifySigned } from './verify.ts';

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
  /** For the head of an answer, and between two pieces of its body. */
  timeoutMs: 5_000,
  /** For all of an answer. */
  readMs: 30_000,
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
  /** What is asked for; the supergraph unless said otherwise. */
  readonly kind?: SignedKind;
  readonly maxBytes?: number;
  readonly readMs?: number;
}

/** Without a signature the graph is not known; without the header neither is the version. */
type Said = { readonly [Name in keyof Claims]?: Claims[Name] | undefined };

/**
 * A registry, asked with the ETag of what it sent last: an unchanged supergraph costs a 304. Behind its address several may
 * answer, of which one is behind the others: what is older than what was taken is refused, and so is another graph. A signature
 * says of which contract it is, which must be the one that the address asks for: a cache may take one for the other.
 */
export function urlSource(url: string, options: UrlSourceOptions = {}): SupergraphSource {
  const contract = new URL(url).searchParams.get('contract') ?? undefined;
  const { keys, kind = signedSupergraph, token } = options;
  const { maxBytes = sourceLimits.bytes, readMs = sourceLimits.readMs } = options;
  let etag: string | undefined;
  let last: Said = {};
  return {
    name: url,
    async read() {
      const { statusCode, headers, body } = await request(url, {
        headersTimeout: sourceLimits.timeoutMs,
        bodyTimeout: sourceLimits.timeoutMs,
        signal: AbortSignal.timeout(readMs),
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
      const text = await readText(body, { maxBytes, kind });
      const said: Said = keys
        ? await verifySigned(text, oneOf(headers[kind.signatureHeader]), { keys, kind })
        : { version: numberIn(headers[kind.versionHeader]) };
      if (keys) refuseOtherContract(said, contract);
      refuseOther(said, last, kind);
      const given = oneOf(headers.etag);
      return {
        sdl: text,
        taken() {
          etag = given;
          last = { graph: said.graph ?? last.graph, version: said.version ?? last.version };
        },
      };
    },
  };
}

/** @throws Error for another contract than that of the address, or the whole graph in its place */
function refuseOtherContract(said: Said, contract: string | undefined): void {
  const named = (one: string | undefined) =>
    one === undefined ? 'the whole graph' : `the contract "${one}"`;
  if (said.contract !== contract)
    throw new Error(`the supergraph is ${named(said.contract)}, and ${named(contract)} was asked for`);
}

/** @throws Error for another graph than that of the last one, or an older version of it */
function refuseOther({ graph, version }: Said, last: Said, { name }: SignedKind): void {
  if (graph !== undefined && last.graph !== undefined && graph !== last.graph)
    throw new Error(`${name} is of the graph "${graph}", and that of "${last.graph}" was taken`);
  if (version !== undefined && last.version !== undefined && version < last.version)
    throw new Error(`${name} has the version ${version}, and ${last.version} was taken`);
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function numberIn(header: string | string[] | undefined): number | undefined {
  const text = oneOf(header);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function readText(
  body: AsyncIterable<Buffer>,
  { kind, maxBytes }: { kind: SignedKind; maxBytes: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`${kind.name} has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
