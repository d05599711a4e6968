import type { Connection, Edge } from '@murmuration/ids';
import type { PostRow } from './post.ts';

/** A node that could not be decided about is an error of its own: the page stays. */
export type PostNode = PostRow | Error;
export interface PostEdge extends Edge<PostNode> {
  /** What was read, where the list knows more than the post. */
  row?: { key: bigint; repostId?: bigint | null };
}
export type PostConnection = Connection<PostNode, PostEdge>;
