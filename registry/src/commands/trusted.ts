import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import { manifestEntries } from '../documents/manifests.ts';
import { badInput, exitCodes } from '../refusal.ts';
import type { RemoteClient } from '../remote/client.ts';
import { remoteOf, type StoreOptions } from '../remote/where.ts';
import { inLine } from '../render/in-line.ts';
import { whoami } from './io.ts';

type App = { app: string; appVersion: string };

/** `registry trust MANIFEST`: the documents that one version of an app was built with may run from now on. */
export async function runTrust(
  file: string,
  { app, appVersion, by, ...options }: StoreOptions & App & { by?: string },
): Promise<number> {
  const documents = Object.fromEntries(
    manifestEntries(readManifest(file), file).map(({ body, id }) => [id, body]),
  );
  const request = { app, version: appVersion, documents, by: by ?? whoami() };
  const answer = await server(options).ask<{ status: string }>('POST', '/trusted-manifests', request);
  process.stdout.write(
    `${app}@${appVersion}: ${Object.keys(documents).length} documents ${answer?.status}.\n`,
  );
  return exitCodes.passed;
}

/** `registry trusted`: which versions of apps are trusted, and when each sent something last. */
export async function runTrusted(options: StoreOptions): Promise<number> {
  type Listed = { app: string; version: string; documents: number; at: string; lastUsedAt: string | null };
  const all = (await server(options).ask<Listed[]>('GET', '/trusted-manifests')) ?? [];
  const lines = all.map(
    ({ app, at, documents, lastUsedAt, version }) =>
      `${inLine(`${app}@${version}  ${documents} documents  since ${at}  ${lastUsedAt ? `used ${lastUsedAt}` : 'never seen'}`)}\n`,
  );
  process.stdout.write(lines.join(''));
  return exitCodes.passed;
}

/** `registry retire`: the documents of one version of an app run no more, unless it is in use. */
export async function runRetire({
  app,
  appVersion,
  force,
  ...options
}: StoreOptions & App & { force?: boolean }): Promise<number> {
  const query = new URLSearchParams({ app, version: appVersion, force: String(force ?? false) });
  const answer = await server(options).ask<{ status: string }>('DELETE', `/trusted-manifests?${query}`);
  if (!answer) throw badInput(`${app}@${appVersion} is not trusted.`);
  return exitCodes.passed;
}

/** Documents are trusted by a server: a folder has no gateways that ask. */
function server(options: StoreOptions): RemoteClient {
  const remote = remoteOf(options, loadConfig(process.cwd(), options.config));
  if (remote) return remote;
  throw badInput('Documents are kept by a server: give --registry URL or REGISTRY_URL.');
}

function readManifest(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw badInput(`There is no manifest at ${file}.`);
  }
}
