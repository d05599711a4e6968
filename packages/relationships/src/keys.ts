/** How long anything about a viewer is believed, from the moment before it was read. Never extended. */
export const relationLeaseMs = 5_000;

/** Path of `user`'s internal endpoint that answers, and fills, relations. */
export const relationshipsPath = '/internal/relationships';

/** Path of `user`'s internal endpoint that answers for many viewers of one author. */
export const viewerRelationsPath = '/internal/viewer-relations';

/** At most this many authors, or viewers, in one call. */
export const relationBatchLimit = 1_000;

/** Path of `user`'s internal endpoint that says who has a handle. */
export const handlesPath = '/internal/handles';

/** At most this many handles in one call. */
export const handleBatchLimit = 100;

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

export interface ViewerRelationsRequest {
  authorId: string;
  viewerIds: string[];
}

export interface ViewerRelationsAnswer {
  /** Bits, in the order of the request's viewers. */
  relations: number[];
  /** Of the author's lease, opened before SQL read; null without Redis. */
  generation: string | null;
}

export interface HandlesRequest {
  /** In any letter case. */
  handles: string[];
  /** Who asks: people that do not exist for them have no handle. Left out, nobody hides. */
  viewerId?: string | null;
}

export interface HandlesAnswer {
  /** In the order of the handles; null for what leads to nobody, or to nobody that exists for the viewer. */
  users: ({ id: string } | null)[];
}
