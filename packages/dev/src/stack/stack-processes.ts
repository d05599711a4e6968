import path from 'node:path';
import { type ProcessDefinition, processStages } from '../processes.ts';
import { freePort } from '../provision/ports.ts';
import type { KeptPorts } from '../state/kept-ports.ts';
import { type Crash, type SupervisedProcess, superviseProcess } from '../supervisor/supervise.ts';
import { environmentOf, type Settings } from './environment.ts';

export interface ProcessesOptions {
  stateFolder: string;
  ports: KeptPorts;
  /** Where the stores are, secrets, and what the caller wants of all processes. */
  settings: Settings;
  processEnv?: Record<string, Settings>;
  port?: number;
  replicas?: Replicas;
  /** Whether the schema registry runs too. */
  hasRegistry?: boolean;
  /** Settings of one part that hang on where another one is. */
  settingsOf?: (name: string, urlOf: (name: string) => string, instance: string) => Settings;
  onCrash?: (crash: Crash) => void;
}

/** Several processes of every part or of some, with something in front of them. */
export interface Replicas {
  count: number;
  /** The parts that there are several of. */
  of?: readonly string[];
  /** Without it each process is reached by its own address. Takes the addresses of each part's processes and answers with the one that everybody else is told. */
  balance?: (instances: Map<string, string[]>) => Promise<Map<string, string>>;
}

export interface StackProcesses {
  processes: Map<string, SupervisedProcess>;
  all: Settings;
  subgraphUrls: Map<string, string>;
  url: string;
}

const host = '127.0.0.1';

/** Gives every process its ports and settings; none is started yet. */
export async function createProcesses(options: ProcessesOptions): Promise<StackProcesses> {
  const definitions = processStages(options.hasRegistry).flat();
  const { replicas } = options;
  const addresses = new Map<string, Address>();
  for (const definition of definitions) {
    for (const name of instanceNames(definition, replicas))
      addresses.set(name, await addressOf(name, options));
  }
  const ownUrlOf = (name: string) => `http://${host}:${addresses.get(name)?.PORT}`;
  const instances = new Map(
    definitions.map((each) => [each.name, instanceNames(each, replicas).map(ownUrlOf)] as const),
  );
  const entrances = await replicas?.balance?.(instances);
  const urlOf = (name: string) => entrances?.get(name) ?? ownUrlOf(name);

  const subgraphUrls = new Map(
    definitions.flatMap(({ subgraph, name }) => (subgraph ? [[subgraph, urlOf(name)] as const] : [])),
  );
  const all = { ...options.settings, ...sharedSettings(options.stateFolder, subgraphUrls) };
  const create = (definition: ProcessDefinition, name: string) => {
    const own = {
      HOST: host,
      ...addresses.get(name),
      ...options.settingsOf?.(definition.name, urlOf, name),
      ...options.processEnv?.[definition.name],
    };
    return superviseProcess({
      name,
      entry: definition.entry,
      url: ownUrlOf(name),
      metricsUrl: `http://${host}:${addresses.get(name)?.METRICS_PORT}/metrics`,
      env: environmentOf(definition, all, own),
      logFile: path.join(options.stateFolder, 'logs', `${name}.log`),
      pidFile: path.join(options.stateFolder, `${name}.pid`),
      onCrash: options.onCrash ?? (() => {}),
    });
  };
  const processes = new Map(
    definitions.flatMap((definition) =>
      instanceNames(definition, replicas).map((name) => [name, create(definition, name)] as const),
    ),
  );
  return { processes, all, subgraphUrls, url: urlOf('gateway') };
}

/** The names of a part's processes: `user`, `user-2` … */
export function instanceNames({ name }: { name: string }, replicas?: Replicas): string[] {
  const isOne = replicas?.of !== undefined && !replicas.of.includes(name);
  const count = isOne ? 1 : (replicas?.count ?? 1);
  return Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));
}

interface Address {
  PORT: string;
  METRICS_PORT: string;
}

async function addressOf(name: string, { port, ports }: ProcessesOptions): Promise<Address> {
  const isGateway = name === 'gateway';
  const own = isGateway ? (port ?? (await freePort(ports.last(name)))) : await ports.of(name);
  return { PORT: String(own), METRICS_PORT: String(await ports.of(`${name}-metrics`)) };
}

function sharedSettings(stateFolder: string, subgraphUrls: Map<string, string>): Settings {
  const urls = [...subgraphUrls].map(([name, url]) => [`${name.toUpperCase()}_URL`, url]);
  return {
    ...Object.fromEntries(urls),
    JWKS_URL: `${subgraphUrls.get('user')}/.well-known/jwks.json`,
    UNSUBSCRIBE_URL: `${subgraphUrls.get('user')}/mail/unsubscribe`,
    EXPORT_URL: `${subgraphUrls.get('user')}/account-export`,
    SUPERGRAPH_FILE: path.join(stateFolder, 'supergraph.graphql'),
    APOLLO_TELEMETRY_DISABLED: '1',
  };
}
