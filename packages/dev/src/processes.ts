import { hasFile } from './repository.ts';

/** One process of the platform as development runs it. */
export interface ProcessDefinition {
  name: string;
  /** The file to run, relative to the checkout. */
  entry: string;
  /** Settings only this process may know; the common ones go to all. */
  settings: string[];
  /** The subgraph it serves to the gateway, if it serves one. */
  subgraph?: string;
}

const subgraphSecrets = (name: string) => [`${name.toUpperCase()}_DATABASE_URL`];

const subgraphs: ProcessDefinition[] = [
  {
    name: 'user',
    entry: 'subgraphs/user/src/main.ts',
    settings: [...subgraphSecrets('user'), 'JWT_SIGNING_KEYS', 'REFRESH_TOKEN_SECRET'],
    subgraph: 'user',
  },
  {
    name: 'post',
    entry: 'subgraphs/post/src/main.ts',
    settings: subgraphSecrets('post'),
    subgraph: 'post',
  },
  {
    name: 'timeline',
    entry: 'subgraphs/timeline/src/main.ts',
    settings: subgraphSecrets('timeline'),
    subgraph: 'timeline',
  },
  {
    name: 'timeline-worker',
    entry: 'subgraphs/timeline/src/worker.ts',
    settings: subgraphSecrets('timeline'),
  },
];

const gateway: ProcessDefinition = {
  name: 'gateway',
  entry: 'gateway/src/main.ts',
  settings: ['SUPERGRAPH_FILE', 'JWKS_URL'],
};

/**
 * The processes in stages: a stage starts together once the one before is ready, and stops before it does,
 * so that the gateway never faces clients without what it fetches from.
 */
export function processStages(): ProcessDefinition[][] {
  return [subgraphs.filter(({ entry }) => hasFile(entry)), [gateway]];
}

/** Every setting that goes to named processes only. */
export const restrictedSettings = new Set([...subgraphs, gateway].flatMap(({ settings }) => settings));
