import type { Delivery } from '../belonging/recipients.ts';
import { timelineLimits } from '../limits.ts';
import type { HomeCache } from '../home-cache/cache.ts';
import { fanoutPushes } from './metrics.ts';

interface Call {
  bucket: number;
  pushes: Delivery[];
  count: number;
}

/**
 * Pushes deliveries to the cached lists, in full script calls of one bucket each. Few are on their way at a time:
 * Redis runs all that one connection has sent before it answers anybody else.
 */
export async function deliver(
  cache: HomeCache,
  namespace: string,
  deliveries: readonly Delivery[],
): Promise<void> {
  const calls = callsOf(deliveries).values();
  await Promise.all(
    Array.from({ length: timelineLimits.pushCallsAtOnce }, async () => {
      for (const { bucket, pushes } of calls) await cache.push(namespace, bucket, pushes);
    }),
  );
  fanoutPushes.inc(deliveries.reduce((sum, { count }) => sum + count, 0));
}

/** In the order of the deliveries, so that entries come to a list in theirs. */
function callsOf(deliveries: readonly Delivery[]): Call[] {
  const calls: Call[] = [];
  const open = new Map<number, Call>();
  for (const delivery of deliveries) {
    const { bucket, count } = delivery;
    let call = open.get(bucket);
    if (!call || call.count + count > timelineLimits.pushesInOneCall) {
      call = { bucket, pushes: [], count: 0 };
      open.set(bucket, call);
      calls.push(call);
    }
    call.pushes.push(delivery);
    call.count += count;
  }
  return calls;
}
