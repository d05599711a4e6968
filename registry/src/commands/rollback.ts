import { loadConfig } from '../config/load.ts';
import { restoreOperation } from '../documents/kept.ts';
import { publish } from '../publish.ts';
import { badInput } from '../refusal.ts';
import { surroundings } from './check.ts';
import { openStore } from './open-store.ts';
import { announce, whoami } from './publish.ts';

export type RollbackOptions = {
  config?: string;
  store?: string;
  by?: string;
  message?: string;
  context?: string;
  approvals?: string;
  usage?: string;
  force?: boolean;
};

/** `registry rollback ID`: a new version equal to an old one. History is never rewritten. */
export async function runRollback(id: string, options: RollbackOptions): Promise<number> {
  const loaded = loadConfig(process.cwd(), options.config);
  const store = await openStore(loaded, options.store);
  const target = /^\d+$/.test(id) ? await store.version(Number(id)) : undefined;
  if (target === undefined) throw badInput(`There is no version "${id}" in the store.`);
  // What the version promised comes back with it; those who have the head are asked, not this checkout.
  const contracts = target.contracts ?? loaded.config.contracts;
  const then = { ...loaded, config: { ...loaded.config, contracts, documents: [] } };
  const head = await store.head();
  const publication = await publish(store, {
    by: options.by ?? whoami(),
    message: options.message ?? `Roll back to version ${target.id}`,
    nowMs: Date.now(),
    next: () => target.subgraphs,
    checkWith: {
      ...(await surroundings(then, store, options)),
      operations: head?.operations?.map(restoreOperation),
    },
    equalTo: target.id,
    force: options.force ?? false,
  });
  return announce(publication);
}
