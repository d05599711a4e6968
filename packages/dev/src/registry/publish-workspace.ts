import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '@murmuration/registry';
import { type Publication, remoteClient } from '@murmuration/registry/wire';
import { repositoryRoot } from '../repository.ts';
import { graphName, type RegistryKeys } from './keys.ts';

/**
 * Publishes this workspace's subgraphs with the addresses at which they run. On a laptop nobody is broken by a change, so a
 * breaking one is told and not refused.
 * @returns what became of it, in words
 * @throws Error with what the registry said
 */
export async function publishWorkspace(
  url: string,
  keys: RegistryKeys,
  subgraphUrls: ReadonlyMap<string, string>,
): Promise<string> {
  const { config } = loadConfig(repositoryRoot);
  const { ask } = remoteClient({ url, graph: graphName, token: keys.adminToken });
  const subgraphs = await Promise.all(
    [...subgraphUrls].map(async ([name, address]) => {
      const file = `subgraphs/${name}/schema.graphql`;
      const sdl = await readFile(path.join(repositoryRoot, file), 'utf8');
      return { name, url: `${address}/graphql`, sdl, file };
    }),
  );
  const versions = (await ask<unknown[]>('GET', '/versions')) ?? [];
  const publication = await ask<Publication>('POST', '/publications', {
    config: {
      ...config,
      policy: { ...config.policy, breaking: 'warn' },
      lint: { ...config.lint, default: 'ignore', rules: {} },
    },
    edit: { kind: 'whole', subgraphs, complete: true },
    by: 'npm start',
    message: 'The workspace as it was started',
    init: versions.length === 0,
  });
  if (publication === undefined) throw new Error('the registry did not say what became of it');
  if (publication.status === 'refused')
    throw new Error('the registry refused it; its page of checks says why');
  return `version ${publication.id}`;
}
