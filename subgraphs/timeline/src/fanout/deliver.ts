import type { HomeCache } from '../home/cache/cache.ts';
import { fanoutPushes } from './metrics.ts';
import type { Delivery } from './recipients.ts';

/** Pushes in one script call; more would keep Redis from others for too long. */
const mostInOneCall = 500;

/** Pushes deliveries to the cached lists: one script call for each bucket (and 500 of them), in seq order. */
export async function deliver(cache: HomeCache, deliveries: readonly Delivery[]): Promise<void> {
  const buckets = Map.groupBy(deliveries, ({ bucket }) => bucket);
  await Promise.all(
    [...buckets].map(async ([bucket, pushes]) => {
      for (let from = 0; from < pushes.length; from += mostInOneCall) {
        await cache.push(bucket, pushes.slice(from, from + mostInOneCall));
      }
    }),
  );
  fanoutPushes.inc(deliveries.length);
}
