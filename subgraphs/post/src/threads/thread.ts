import type { PostRow } from '../posts/post.ts';

/** The conversation around one post that the viewer may see. */
export interface ThreadKey {
  post: PostRow;
}
