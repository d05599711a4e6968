import type { HomeCache, Push } from '../../subgraphs/timeline/src/home-cache/cache.ts';
import { bucketOf } from '../../subgraphs/timeline/src/home-cache/keys.ts';

const inOneCall = 500;
const callsAtOnce = 16;

/** Deliveries a second of the push script alone: everybody gets so many entries, in full calls, always some on their way. */
export async function measureBarePushes(
  cache: HomeCache,
  readers: readonly bigint[],
  entries: number,
): Promise<number> {
  const namespace = cache.namespace() ?? '';
  const buckets = Map.groupBy(readers, bucketOf);
  const calls: [bucket: number, pushes: Push[]][] = [];
  for (let entry = 0; entry < entries; entry++) {
    for (const [bucket, people] of buckets) {
      for (let from = 0; from < people.length; from += inOneCall) {
        const push = { entryId: BigInt(10_000 + entry), seq: 1n };
        calls.push([bucket, [{ ...push, readers: people.slice(from, from + inOneCall).join() }]]);
      }
    }
  }
  const startedAtMs = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: callsAtOnce }, async () => {
      for (let call = calls[next++]; call; call = calls[next++]) await cache.push(namespace, ...call);
    }),
  );
  return (entries * readers.length) / ((performance.now() - startedAtMs) / 1_000);
}
