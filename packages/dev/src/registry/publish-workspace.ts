import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '@murmuration/registry';
import { repositoryRoot } from '../repository.ts';
import { graphName } from './keys.ts';

/**
 * Publishes this workspace's subgraphs with the addresses at which they run, to the database: before a server answers from it, so that
 * no gateway is ever given what was there before. On a laptop nobody is broken by a change, so a breaking one is told and not
 * refused.
 * @throws Error with what the registry said
 */
export async function publishWorkspace(
  databaseUrl: string,
  subgraphUrls: ReadonlyMap<string, string>,
): Promise<void> {
  // Read when somebody publishes: the start that goes before does not wait for them.
  const [{ createRegistryDatabase }, { createGraphs, postgresStore }, { publish }] = await Promise.all([
    import('@murmuration/prisma/registry'),
    import('@murmuration/registry-server/store'),
    import('@murmuration/registry'),
  ]);
  const { config } = loadConfig(repositoryRoot);
  const subgraphs = await Promise.all(
    [...subgraphUrls].map(async ([name, address]) => {
      const file = `subgraphs/${name}/schema.graphql`;
      const sdl = await readFile(path.join(repositoryRoot, file), 'utf8');
      return { name, url: `${address}/graphql`, sdl, file };
    }),
  );
  const database = createRegistryDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    const { id } = await createGraphs(database).ensure(graphName);
    const store = postgresStore(database, id);
    const publication = await publish(store, {
      by: 'npm start',
      message: 'The workspace as it was started',
      nowMs: Date.now(),
      next: () => subgraphs,
      init: true,
      checkWith: {
        config: {
          ...config,
          policy: { ...config.policy, breaking: 'warn' },
          lint: { ...config.lint, default: 'ignore', rules: {} },
        },
        usageFiles: [],
      },
    });
    if (publication.status === 'refused') throw new Error('its check failed');
  } finally {
    await database.$disconnect();
  }
}
