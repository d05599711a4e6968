import path from 'node:path';
import { applyMigrations, ensureDatabase } from '@murmuration/prisma';
import type { Settings } from '../stack/environment.ts';
import type { Stores } from '../stack/stores.ts';
import { gatewaySettings, openRegistryKeys, serverSettings } from './keys.ts';
import { publishWorkspace } from './publish-workspace.ts';

/** What a stack needs to run the registry. */
export interface Registry {
  settings: Settings;
  settingsOf(name: string, urlOf: (name: string) => string, instance: string): Settings;
  /**
   * Makes its database, and publishes the workspace to it.
   * @throws Error
   */
  publish(subgraphUrls: ReadonlyMap<string, string>): Promise<void>;
}

/** The registry of this state folder. Undefined where the databases are somebody else's and its own was not given. */
export function registryOf(
  stateFolder: string,
  { postgres }: Pick<Stores, 'postgres'>,
  givenUrl: string | undefined,
): Registry | undefined {
  const url = givenUrl ?? postgres?.url('registry');
  if (url === undefined) return undefined;
  const keys = openRegistryKeys(stateFolder);
  const supergraphFile = path.join(stateFolder, 'supergraph.graphql');
  return {
    settings: {
      REGISTRY_DATABASE_URL: givenUrl ?? postgres?.localUrl('registry') ?? url,
      ...serverSettings(keys),
    },
    settingsOf: (name, urlOf, instance) =>
      name === 'gateway'
        ? gatewaySettings(keys, { name: instance, url: urlOf('registry'), supergraphFile })
        : {},
    async publish(subgraphUrls) {
      await ensureDatabase(url);
      await applyMigrations({ database: 'registry', url });
      await publishWorkspace(url, subgraphUrls);
    },
  };
}
