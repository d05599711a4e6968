import type { LoadedConfig } from '../config/load.ts';
import { badInput } from '../refusal.ts';
import { type RemoteClient, remoteClient } from './client.ts';

/** Which store a command works on: a folder, or a graph of a server. */
export type StoreOptions = {
  config?: string | undefined;
  store?: string | undefined;
  registry?: string | undefined;
  graph?: string | undefined;
};

/**
 * The server that a command works on, if it does: by `--registry`, `REGISTRY_URL` or the configuration. A folder
 * that is named by hand wins over what stands written somewhere.
 */
export function remoteOf(
  options: StoreOptions,
  { config }: Pick<LoadedConfig, 'config'>,
): RemoteClient | undefined {
  if (options.store !== undefined && options.registry !== undefined)
    throw badInput('Give --store or --registry, not both.');
  if (options.store !== undefined) return undefined;
  const url = options.registry ?? (process.env['REGISTRY_URL'] || config.registry?.url);
  if (url === undefined) return undefined;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw badInput(`"${url}" is not the URL of a registry.`);
  const graph = options.graph ?? (process.env['REGISTRY_GRAPH'] || config.registry?.graph);
  if (graph === undefined) throw badInput('Say which graph of the registry: --graph NAME or REGISTRY_GRAPH.');
  const token = process.env['REGISTRY_TOKEN'];
  if (!token) throw badInput('A registry is reached with a token: set REGISTRY_TOKEN.');
  return remoteClient({ url, graph, token });
}
