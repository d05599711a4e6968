/** One process of the platform as development runs it. */
export interface ProcessDefinition {
  name: string;
  /** The file to run, relative to the checkout. */
  entry: string;
  /** What the file starts: it can be loaded without being run. */
  module: string;
  /** Settings only this process may know; the common ones go to all. */
  settings: string[];
  /** The subgraph it serves to the gateway, if it serves one. */
  subgraph?: string;
}

const subgraphs: ProcessDefinition[] = [
  {
    name: 'user',
    entry: 'subgraphs/user/src/main.ts',
    module: 'subgraphs/user/src/server.ts',
    settings: [
      'USER_DATABASE_URL',
      'JWT_SIGNING_KEYS',
      'REFRESH_TOKEN_SECRET',
      'DATA_KEYS',
      'EMAIL_INDEX_KEYS',
    ],
    subgraph: 'user',
  },
  {
    name: 'user-worker',
    entry: 'subgraphs/user/src/worker.ts',
    module: 'subgraphs/user/src/jobs.ts',
    settings: ['USER_DATABASE_URL', 'DATA_KEYS', 'EMAIL_INDEX_KEYS', 'SMTP_URL'],
  },
  {
    name: 'post',
    entry: 'subgraphs/post/src/main.ts',
    module: 'subgraphs/post/src/server.ts',
    settings: ['POST_DATABASE_URL'],
    subgraph: 'post',
  },
  {
    name: 'timeline',
    entry: 'subgraphs/timeline/src/main.ts',
    module: 'subgraphs/timeline/src/server.ts',
    settings: ['TIMELINE_DATABASE_URL', 'DATA_KEYS', 'VAPID_KEYS'],
    subgraph: 'timeline',
  },
  {
    name: 'timeline-worker',
    entry: 'subgraphs/timeline/src/worker.ts',
    module: 'subgraphs/timeline/src/workers.ts',
    settings: ['TIMELINE_DATABASE_URL', 'DATA_KEYS', 'VAPID_KEYS'],
  },
];

const gateway: ProcessDefinition = {
  name: 'gateway',
  entry: 'gateway/src/main.ts',
  module: 'gateway/src/server.ts',
  settings: [
    'SUPERGRAPH_FILE',
    'JWKS_URL',
    'SUPERGRAPH_URL',
    'SUPERGRAPH_TOKEN',
    'SUPERGRAPH_KEYS',
    'USAGE_URL',
    'USAGE_TOKEN',
  ],
};

/** Runs where it is asked for: the platform runs without. */
const registry: ProcessDefinition = {
  name: 'registry',
  entry: 'registry/server/src/main.ts',
  module: 'registry/server/src/server.ts',
  settings: ['REGISTRY_DATABASE_URL', 'REGISTRY_SIGNING_KEY', 'REGISTRY_TOKENS', 'REGISTRY_OPEN_PAGES'],
};

/**
 * The processes in stages: a stage starts together once the one before is ready, and stops before it does,
 * so that the gateway never faces clients without what it fetches from.
 */
export function processStages(hasRegistry = false): ProcessDefinition[][] {
  return [hasRegistry ? [registry, ...subgraphs] : subgraphs, [gateway]];
}

/** All of them, in the order of a start: every list of the platform's parts is made of this one. */
export const processes: readonly ProcessDefinition[] = processStages().flat();
export const processNames: readonly string[] = processes.map(({ name }) => name);
export const subgraphNames: readonly string[] = processes.flatMap(({ subgraph }) => subgraph ?? []);

/** Every setting that goes to named processes only. */
export const restrictedSettings = new Set([...processes, registry].flatMap(({ settings }) => settings));
