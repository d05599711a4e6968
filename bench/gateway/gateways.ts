import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { installPeers, peersFolder, writePeerConfigs } from './peers.ts';
import { forkServer, type Running, spawnServer } from './processes.ts';

export interface Surroundings {
  readonly supergraph: string;
  readonly subgraphsUrl: string;
  readonly issuerUrl: string;
  readonly data: string;
  readonly withPeers: boolean;
}

export const names = {
  proxy: 'bare proxy',
  stock: 'apollo stock',
  rust: 'hive + router-runtime',
} as const;
/** Ends the names of those that share nothing between requests. */
export const alone = ', no sharing';

type Starters = Record<string, () => Promise<Running>>;

/** Every gateway of the bench, each started in a process of its own. */
export function starters(around: Surroundings): Starters {
  const { supergraph, subgraphsUrl } = around;
  const environment = { SUPERGRAPH: supergraph, APOLLO_TELEMETRY_DISABLED: '1' };
  const executor = (sharing: string) => () =>
    forkServer(server('executor'), { ...environment, SINGLE_FLIGHT: sharing });
  return {
    [names.proxy]: () => forkServer(server('proxy'), { TARGET: subgraphsUrl }),
    [names.stock]: () => forkServer(server('stock'), environment),
    gateway: ours(around, {}),
    [`gateway${alone}`]: ours(around, { SINGLE_FLIGHT: 'false' }),
    'gateway, signed fetches': ours(around, {
      INTERNAL_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      USER_URL: around.issuerUrl,
    }),
    executor: executor('on'),
    [`executor${alone}`]: executor('off'),
    ...(around.withPeers && installPeers() ? hives(supergraph, environment) : {}),
  };
}

function server(name: string): string {
  return join(import.meta.dirname, 'servers', `${name}.ts`);
}

/** The whole gateway, as `npm start` runs it but for the bench's operations being deeper than it allows. */
function ours({ supergraph, issuerUrl, data }: Surroundings, settings: Record<string, string>) {
  const main = join(import.meta.dirname, '../../gateway/src/main.ts');
  return () =>
    spawnServer(
      () => [main],
      (port) => ({
        APOLLO_TELEMETRY_DISABLED: '1',
        PORT: String(port),
        SUPERGRAPH_FILE: supergraph,
        JWKS_URL: `${issuerUrl}/.well-known/jwks.json`,
        LOG_LEVEL: 'error',
        MAX_DEPTH: '20',
        ...settings,
      }),
      data,
    );
}

function hives(supergraph: string, environment: Record<string, string>): Starters {
  const cli = 'node_modules/@graphql-hive/gateway/dist/bin.js';
  const hive = (config: string) => () =>
    spawnServer(
      (port) => [cli, 'supergraph', '-c', config, '--port', String(port), '--fork', '1'],
      () => environment,
      peersFolder,
    );
  const configs = writePeerConfigs(supergraph);
  return {
    'hive --jit': hive(configs.jit),
    [`hive --jit${alone}`]: hive(configs.jitAlone),
    [names.rust]: hive(configs.rust),
    [`${names.rust}${alone}`]: hive(configs.rustAlone),
  };
}
