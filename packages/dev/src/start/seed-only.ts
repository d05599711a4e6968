import { mkdirSync } from 'node:fs';
import { createReporter } from '../report/reporter.ts';
import { migrateAll, openStores } from '../stack/stores.ts';
import { openKeptPorts } from '../state/kept-ports.ts';
import { lockStateFolder } from '../state/lock.ts';
import { generate } from './generate.ts';
import { createSeeding, type SeedRequest } from './seeding.ts';
import { readStartSettings } from './settings.ts';

/** `pnpm seed`: fills the databases of this checkout, or given ones, without starting a service. */
export async function seedOnly(request: SeedRequest): Promise<void> {
  const report = createReporter();
  const settings = readStartSettings();
  const { stateFolder } = settings;
  const lock = await lockStateFolder(stateFolder, () => {});
  try {
    mkdirSync(stateFolder, { recursive: true });
    await report.step('Code generated', generate);
    const stores = await openStores({ ...settings, ports: openKeptPorts(stateFolder), report });
    try {
      const seeding = createSeeding(stateFolder, request, report, settings.secrets);
      await seeding.prepare(stores);
      await migrateAll(stores.databaseUrls);
      await seeding.decide(stores);
      await seeding.run(stores);
    } finally {
      await stores.stop();
    }
  } finally {
    lock.release();
  }
}
