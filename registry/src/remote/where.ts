import type { LoadedConfig } from '../config/load.ts';
import { badInput } from '../refusal.ts';
import { type RemoteClient, remoteClient } from './client.ts';

/** Which store a command works on: a folder, or a graph of a server. */
export type StoreOptions = {
  config?: string | undefined;
  store?: string | undefined;
  registry?: string | undefined;
  /** A check may be of several: each environment is a graph. */
  graph?: string | string[] | undefined;
};

/**
 * The server's graph that a command works on, if it does: by `--registry`, `REGISTRY_URL` or the configuration. A folder
 * that is named by hand wins over what stands written somewhere.
 */
export function remoteOf(
  options: StoreOptions,
  loaded: Pick<LoadedConfig, 'config'>,
): RemoteClient | undefined {
  const [remote, ...more] = remotesOf(options, loaded);
  if (more.length > 0) throw badInput('This takes one graph of the registry: --graph NAME.');
  return remote;
}

/** The same for what may be asked of several graphs at once; none where a folder is the store. */
export function remotesOf(options: StoreOptions, { config }: Pick<LoadedConfig, 'config'>): RemoteClient[] {
  if (options.store !== undefined && options.registry !== undefined)
    throw badInput('Give --store or --registry, not both.');
  if (options.store !== undefined) return [];
  const url = options.registry ?? (process.env['REGISTRY_URL'] || config.registry?.url);
  if (url === undefined) return [];
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw badInput(`"${url}" is not the URL of a registry.`);
  const given = [options.graph ?? []].flat();
  const configured = process.env['REGISTRY_GRAPH']?.split(',') ?? [];
  const named = [given, configured, [config.registry?.graph ?? '']].find((names) => names.some(Boolean));
  if (named === undefined) throw badInput('Say which graph of the registry: --graph NAME or REGISTRY_GRAPH.');
  return [...new Set(named.filter(Boolean))].map((graph) =>
    remoteClient({ url, graph, token: tokenFor(graph, process.env['REGISTRY_TOKEN']) }),
  );
}

/** A token is for one graph, so that of several is `graph=token,…`. */
function tokenFor(graph: string, given: string | undefined): string {
  if (!given) throw badInput('A registry is reached with a token: set REGISTRY_TOKEN.');
  if (!given.includes('=')) return given;
  const tokens = new Map(
    given.split(',').map((pair) => {
      const [name = '', token] = pair.trim().split('=');
      return [name, token] as const;
    }),
  );
  const token = tokens.get(graph);
  if (!token) throw badInput(`REGISTRY_TOKEN has no token for the graph ${graph}.`);
  return token;
}
