import { couldNotRun } from '../refusal.ts';
import type { Approval, SomeVersions, Store, Version, VersionSummary } from '../store/store.ts';
import type { UsageFile } from '../usage/usage-file.ts';
import type { RemoteClient } from './client.ts';
import { wireLimits } from './wire.ts';

/**
 * A server's graph as a store: what it has can be read, approved and frozen from anywhere. Appending is refused, for a
 * server checks what is published to it by itself.
 */
export function remoteStore({ ask }: RemoteClient): Store {
  return {
    head: () => ask<Version>('GET', '/versions/head'),
    version: (id) => ask<Version>('GET', `/versions/${id}`),
    versions: (some) => readVersions(ask, some),
    append: async () => {
      throw couldNotRun('A server checks what it publishes: use registry publish --registry.');
    },
    approvals: async (context) =>
      (await ask<Approval[]>('GET', `/approvals?context=${encodeURIComponent(context)}`)) ?? [],
    approve: async (approval) => void (await ask('POST', '/approvals', approval)),
    usage: async (days) =>
      (await ask<UsageFile[]>('GET', days === undefined ? '/usage' : `/usage?days=${days}`)) ?? [],
    addUsage: async (usage) => void (await ask('POST', '/usage-files', usage)),
    freeze: async (freeze) => void (await ask('PUT', '/freeze', freeze)),
    unfreeze: async () => void (await ask('DELETE', '/freeze')),
  };
}

/** Page by page, for a server answers only so many at a time. */
async function readVersions(
  ask: RemoteClient['ask'],
  { before, most = Infinity }: SomeVersions = {},
): Promise<VersionSummary[]> {
  const versions: VersionSummary[] = [];
  let below = before;
  while (versions.length < most) {
    const wanted = Math.min(most - versions.length, wireLimits.versions);
    const page = await ask<VersionSummary[]>(
      'GET',
      `/versions?most=${wanted}${below === undefined ? '' : `&before=${below}`}`,
    );
    versions.unshift(...(page ?? []));
    below = page?.[0]?.id;
    if (page === undefined || page.length < wanted) break;
  }
  return versions;
}
