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
  onCrash?: (crash: Crash) => void;
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
  const definitions = processStages().flat();
  const addresses = new Map<string, { PORT: string; METRICS_PORT: string }>();
  for (const { name } of definitions) addresses.set(name, await addressOf(name, options));
  const urlOf = (name: string) => `http://${host}:${addresses.get(name)?.PORT}`;

  const subgraphUrls = new Map(
    definitions.flatMap(({ subgraph, name }) => (subgraph ? [[subgraph, urlOf(name)] as const] : [])),
  );
  const all = { ...options.settings, ...sharedSettings(options.stateFolder, subgraphUrls) };
  const create = (definition: ProcessDefinition) => {
    const { name, entry } = definition;
    const own = { HOST: host, ...addresses.get(name), ...options.processEnv?.[name] };
    return superviseProcess({
      name,
      entry,
      url: urlOf(name),
      metricsUrl: `http://${host}:${addresses.get(name)?.METRICS_PORT}/metrics`,
      env: environmentOf(definition, all, own),
      logFile: path.join(options.stateFolder, 'logs', `${name}.log`),
      pidFile: path.join(options.stateFolder, `${name}.pid`),
      onCrash: options.onCrash ?? (() => {}),
    });
  };
  const processes = new Map(definitions.map((definition) => [definition.name, create(definition)]));
  return { processes, all, subgraphUrls, url: urlOf('gateway') };
}

async function addressOf(name: string, { port, ports }: ProcessesOptions) {
  const isGateway = name === 'gateway';
  const own = isGateway ? (port ?? (await freePort(ports.last(name)))) : await ports.of(name);
  return { PORT: String(own), METRICS_PORT: String(await ports.of(`${name}-metrics`)) };
}

function sharedSettings(stateFolder: string, subgraphUrls: Map<string, string>): Settings {
  const urls = [...subgraphUrls].map(([name, url]) => [`${name.toUpperCase()}_URL`, url]);
  return {
    ...Object.fromEntries(urls),
    JWKS_URL: `${subgraphUrls.get('user')}/.well-known/jwks.json`,
    SUPERGRAPH_FILE: path.join(stateFolder, 'supergraph.graphql'),
    APOLLO_TELEMETRY_DISABLED: '1',
  };
}
