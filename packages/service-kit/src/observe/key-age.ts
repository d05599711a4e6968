import { madeAt } from '@murmuration/config';
import { Gauge, metrics } from './metrics.ts';

const keyMadeAt = new Gauge({
  name: 'signing_key_made_timestamp_seconds',
  help: 'When the key that signs was made, as its id says; 0 when it does not say',
  labelNames: ['purpose'],
  registers: [metrics],
});

/** Shows the age of the key that signs: the first of its list. */
export function watchKey(
  purpose: 'internal' | 'access token' | 'refresh token' | 'data' | 'email index',
  key: { id: string | null },
): void {
  keyMadeAt.labels(purpose).set((madeAt(key.id)?.getTime() ?? 0) / 1_000);
}
