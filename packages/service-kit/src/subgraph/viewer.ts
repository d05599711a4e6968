import { decodeId, encodeId, type UserId } from '@murmuration/ids';
import type { RequestContext } from './context.ts';

/** Whoever is signed in. What hangs on it is theirs, so a subgraph needs nothing more to answer its part. */
export interface ViewerKey {
  viewerId: UserId;
}

/** `Query.viewer` of every subgraph: from the signed identity alone, null for an anonymous reader. */
export function viewerOf({ viewerId }: RequestContext): ViewerKey | null {
  return viewerId === null ? null : { viewerId };
}

/** The viewer behind another subgraph's key; null for anybody's but the one who asks. */
export function viewerOfReference(context: RequestContext, { id }: { id: string }): ViewerKey | null {
  return decodeId('Viewer', id) === context.viewerId ? viewerOf(context) : null;
}

/** `Viewer.id`. */
export function viewerIdOf({ viewerId }: ViewerKey): string {
  return encodeId('Viewer', viewerId);
}
