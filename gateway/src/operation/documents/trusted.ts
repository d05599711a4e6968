import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Logger } from '@murmuration/service-kit';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { type SupergraphSource, urlSource } from '../../supergraph/source.ts';
import { signedTrustedDocuments } from '../../supergraph/verify.ts';
import { hashOf } from './hash.ts';

/** Documents that clients were built with, by id. */
export interface TrustedDocuments {
  /** The text behind an id: `documentId`, or the hash of an automatic persisted query. */
  textOf(id: string): string | undefined;
  /** Whether the document of this hash may run, wherever its text came from. */
  allows(hash: string): boolean;
}

/** The same, with an end to asking a registry. */
export interface FollowedDocuments extends TrustedDocuments {
  stop(): void;
}

export interface TrustedOptions {
  /** A manifest of the usual form, `{ "<id>": "<text>" }`; with a URL the copy of what that answered last. */
  file: string | undefined;
  /** A registry's `…/trusted-documents`, asked again and again. */
  url: string | undefined;
  token: string | undefined;
  /** Whose signature what a registry says must have; without keys none is asked for. */
  keys: JWTVerifyGetKey | undefined;
  pollMs: number;
  /** Nothing else runs: an attacker who cannot write operations cannot write expensive ones. */
  isRequired: boolean;
  logger: Logger;
}

const manifest = z.record(z.string(), z.string());

/**
 * Reads what is trusted, and follows it where it comes from a registry. While that is away, or was set back to an older copy, what was known
 * stays; a start takes the copy on disk.
 * @throws Error when there is no such manifest to begin with
 */
export async function loadTrustedDocuments(options: TrustedOptions): Promise<FollowedDocuments> {
  const { file, isRequired, keys, logger, pollMs, token, url } = options;
  if (isRequired && !file && !url)
    throw new Error('TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS_FILE or TRUSTED_DOCUMENTS_URL');
  const source =
    url === undefined ? undefined : urlSource(url, { token, keys, kind: signedTrustedDocuments });
  let known = await first();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let lastProblem: string | undefined;

  async function first(): Promise<Known> {
    try {
      if (source) return (await take(source)) ?? readManifest('{}');
    } catch (error) {
      if (!file) throw error;
      logger.warn({ err: error }, 'trusting the documents of the copy on disk');
    }
    return readManifest(file ? await readFile(file, 'utf8') : '{}');
  }

  async function take(from: SupergraphSource): Promise<Known | undefined> {
    const read = await from.read();
    if (!read) return undefined;
    const taken = readManifest(read.sdl);
    read.taken();
    if (file) await keep(file, read.sdl);
    return taken;
  }

  async function poll(from: SupergraphSource): Promise<void> {
    try {
      known = (await take(from)) ?? known;
      lastProblem = undefined;
    } catch (error) {
      // One that stays away is one piece of news.
      if (String(error) !== lastProblem) logger.warn({ err: error }, 'trusted documents could not be read');
      lastProblem = String(error);
    }
    schedule(from);
  }

  function schedule(from: SupergraphSource): void {
    if (!isStopped) timer = setTimeout(() => void poll(from), pollMs * (0.9 + 0.2 * Math.random())).unref();
  }

  async function keep(path: string, text: string): Promise<void> {
    try {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    } catch (error) {
      logger.warn({ err: error, file: path }, 'trusted documents could not be kept on disk');
    }
  }

  if (source) schedule(source);
  return {
    textOf: (id) => known.byId.get(withoutScheme(id)),
    allows: (hash) => !isRequired || known.hashes.has(hash),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

interface Known {
  byId: ReadonlyMap<string, string>;
  hashes: ReadonlySet<string>;
}

function readManifest(text: string): Known {
  const entries = Object.entries(manifest.parse(JSON.parse(text)));
  const byId = new Map(entries.map(([id, document]) => [withoutScheme(id), document]));
  const hashes = new Set(entries.map(([, document]) => hashOf(document)));
  for (const [, document] of entries) byId.set(hashOf(document), document);
  return { byId, hashes };
}

function withoutScheme(id: string): string {
  return id.replace(/^sha256:/, '');
}
