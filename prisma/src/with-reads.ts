import { createPreparedReads, type PreparedReads } from '@murmuration/postgres';
import type { ClientOptions } from './client-options.ts';

/** The ORM's client with `$reads` beside it, closed together. */
export function withReads<Client extends { $disconnect(): Promise<void> }>(
  client: Client,
  options: ClientOptions,
): Client & { $reads: PreparedReads } {
  const $reads = createPreparedReads(options);
  const disconnect = client.$disconnect.bind(client);
  return Object.assign(client, {
    $reads,
    $disconnect: async () => void (await Promise.all([disconnect(), $reads.close()])),
  });
}
