import type { Stack } from '@murmuration/dev';

const histograms = {
  posts: 'home_list_freshness_seconds',
  notifications: 'notification_freshness_seconds',
} as const;

/** How long something took to arrive, of those that arrived: the middle and the slowest hundredth lie below these, in seconds. */
export interface Arrived {
  count: number;
  meanSeconds: number;
  p50Below: number;
  p99Below: number;
}

export type Freshness = Record<keyof typeof histograms, Arrived>;

interface Counted {
  /** By upper bound. */
  buckets: Map<number, number>;
  sum: number;
  count: number;
}

export interface Reading {
  counted: Record<keyof typeof histograms, Counted>;
  /** What came after an earlier reading. */
  since(before: Reading): Freshness;
}

/** What the workers' metrics tell so far. */
export async function freshnessOf(stack: Stack): Promise<Reading> {
  const texts = await Promise.all(
    [...stack.processes.values()].map(({ metricsUrl }) => fetch(metricsUrl).then((answer) => answer.text())),
  );
  const text = texts.join('\n');
  const counted = {
    posts: read(text, histograms.posts),
    notifications: read(text, histograms.notifications),
  };
  return {
    counted,
    since: (before) => ({
      posts: between(before.counted.posts, counted.posts),
      notifications: between(before.counted.notifications, counted.notifications),
    }),
  };
}

function read(text: string, name: string): Counted {
  const buckets = new Map<number, number>();
  for (const [, bound = '', value] of text.matchAll(
    new RegExp(`^${name}_bucket\\{.*le="([^"]+)".*\\} (\\S+)$`, 'gm'),
  )) {
    const upTo = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    buckets.set(upTo, (buckets.get(upTo) ?? 0) + Number(value));
  }
  const total = (part: string) =>
    [...text.matchAll(new RegExp(`^${name}_${part}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return { buckets, sum: total('sum'), count: total('count') };
}

function between(before: Counted, after: Counted): Arrived {
  const count = after.count - before.count;
  const below = (share: number) => {
    const bounds = [...after.buckets].toSorted(([a], [b]) => a - b);
    const found = bounds.find(([bound, value]) => value - (before.buckets.get(bound) ?? 0) >= share * count);
    return found?.[0] ?? Number.POSITIVE_INFINITY;
  };
  return {
    count,
    meanSeconds: (after.sum - before.sum) / count,
    p50Below: below(0.5),
    p99Below: below(0.99),
  };
}
