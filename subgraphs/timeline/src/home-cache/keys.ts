/** Buckets that readers' keys are spread over: one bucket lies on one node of a cluster. */
export const bucketCount = 64n;

/** The reader's bucket, as `reader_bucket` computes it in SQL. */
export function bucketOf(readerId: bigint): number {
  return Number(((readerId >> 22n) ^ readerId) & (bucketCount - 1n));
}

/** What the keys of one bucket begin with; the braces keep them together. */
export function bucketPrefix(namespace: string, bucket: number): string {
  return `${namespace}tl:{b${bucket}}:`;
}

export interface ReaderKeys {
  /** Entry ids, strictly descending. */
  list: string;
  /** What the list claims of itself: floor, epoch, seq, built at, length. A list is warm iff it has one. */
  header: string;
  /** A rebuild's token and the pushes that came while it runs. */
  build: string;
}

export function readerKeys(namespace: string, readerId: bigint): ReaderKeys {
  const stem = bucketPrefix(namespace, bucketOf(readerId)) + readerId;
  return { list: `${stem}:l`, header: `${stem}:h`, build: `${stem}:b` };
}
