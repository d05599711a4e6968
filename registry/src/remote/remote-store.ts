import { couldNotRun } from '../refusal.ts';
import type { Approval, Store, Version, VersionSummary } from '../store/store.ts';
import type { UsageFile } from '../usage/usage-file.ts';
import type { RemoteClient } from './client.ts';

/**
 * A server's graph as a store: what it has can be read, approved and frozen from anywhere. Appending is refused, for a
 * server checks what is published to it by itself.
 */
export function remoteStore({ ask }: RemoteClient): Store {
  return {
    head: () => ask<Version>('GET', '/versions/head'),
    version: (id) => ask<Version>('GET', `/versions/${id}`),
    versions: async () => (await ask<VersionSummary[]>('GET', '/versions')) ?? [],
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
