/** How long anything about a viewer is believed, from the moment before it was read. Never extended. */
export const relationLeaseMs = 5_000;

/** Path of `user`'s internal endpoint that answers, and fills, relations. */
export const relationshipsPath = '/internal/relationships';

/** At most this many authors in one call. */
export const relationBatchLimit = 1_000;

/** Anonymous readers share one hash; no account has id 0. */
export const anonymousViewer = 0n;

/** Name of a viewer's hash; the braces keep it on one node of a cluster. */
export function relationKey(namespace: string, viewerId: bigint): string {
  return `${namespace}rel:{${viewerId}}`;
}

export interface RelationshipsRequest {
  viewerId: string | null;
  authorIds: string[];
}

export interface RelationshipsAnswer {
  /** Bits, in the order of the request's authors. */
  relations: number[];
}
