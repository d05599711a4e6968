import path from 'node:path';
import { applyMigrations, ensureDatabase } from '@murmuration/prisma';
import type { Reporter } from '../report/reporter.ts';
import type { Settings } from '../stack/environment.ts';
import type { Stores } from '../stack/stores.ts';
import { gatewaySettings, openRegistryKeys, serverSettings } from './keys.ts';
import { publishWorkspace } from './publish-workspace.ts';

/** What a stack needs to run the registry. */
export interface Registry {
  settings: Settings;
  settingsOf(name: string, urlOf: (name: string) => string): Settings;
  /** Publishes the workspace. A registry that does not take it holds nothing up: the gateway has its own copy. */
  publish(url: string, subgraphUrls: ReadonlyMap<string, string>, report: Reporter): Promise<void>;
}

/**
 * Makes the registry's database and keys.
 * @throws Error where the databases are somebody else's and this one was not given
 */
export async function openRegistry(
  stateFolder: string,
  { postgres }: Stores,
  givenUrl: string | undefined,
): Promise<Registry> {
  const url = givenUrl ?? postgres?.url('registry');
  if (url === undefined) throw new Error('The registry needs a database: give REGISTRY_DATABASE_URL.');
  await ensureDatabase(url);
  await applyMigrations({ database: 'registry', url });
  const keys = openRegistryKeys(stateFolder);
  const supergraphFile = path.join(stateFolder, 'supergraph.graphql');
  return {
    settings: {
      REGISTRY_DATABASE_URL: givenUrl ?? postgres?.localUrl('registry') ?? url,
      ...serverSettings(keys),
    },
    settingsOf: (name, urlOf) =>
      name === 'gateway' ? gatewaySettings(keys, urlOf('registry'), supergraphFile) : {},
    async publish(registryUrl, subgraphUrls, report) {
      try {
        await report.step('Workspace published', () => publishWorkspace(registryUrl, keys, subgraphUrls));
      } catch (error) {
        report.note(
          `  The workspace was not published: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
  };
}
