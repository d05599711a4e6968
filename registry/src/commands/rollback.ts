import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { restoreOperation } from '../documents/kept.ts';
import { type Publication, publish } from '../publish.ts';
import { badInput } from '../refusal.ts';
import type { RemoteClient } from '../remote/client.ts';
import { remoteOf, type StoreOptions } from '../remote/where.ts';
import { requestOf, surroundings } from './check.ts';
import { whoami } from './io.ts';
import { openStore } from './open-store.ts';
import { announce } from './publish.ts';

export type RollbackOptions = StoreOptions & {
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
  const remote = remoteOf(options, loaded);
  if (remote) return announce(await rollBackRemotely(remote, loaded, id, options));
  const store = await openStore(loaded, options);
  const target = /^\d+$/.test(id) ? await store.version(Number(id)) : undefined;
  if (target === undefined) throw badInput(`There is no version "${id}" in the store.`);
  // What the version promised comes back with it; those who have the head are asked, not this checkout.
  const contracts = target.contracts ?? loaded.config.contracts;
  const then = { ...loaded, config: { ...loaded.config, contracts, documents: [] } };
  const head = await store.head();
  const publication = await publish(store, {
    by: options.by ?? whoami(),
    message: options.message ?? messageOf(target.id),
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

async function rollBackRemotely(
  remote: RemoteClient,
  loaded: LoadedConfig,
  id: string,
  options: RollbackOptions,
): Promise<Publication> {
  if (!/^\d{1,9}$/.test(id)) throw badInput(`There is no version "${id}" in the store.`);
  const { operations: _, ...request } = await requestOf(loaded, options);
  const publication = await remote.ask<Publication>('POST', '/rollbacks', {
    ...request,
    id: Number(id),
    by: options.by ?? whoami(),
    message: options.message ?? messageOf(Number(id)),
    force: options.force ?? false,
  });
  if (publication === undefined) throw badInput(`There is no version "${id}" in the store.`);
  return publication;
}

const messageOf = (id: number) => `Roll back to version ${id}`;
