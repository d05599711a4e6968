import type { PostRow } from '../posts/post.ts';

/** The conversation around one post that the viewer may see. */
export interface ThreadKey {
  post: PostRow;
}

/** What is answered: a post, or why there is none, or the error of who could have said. */
export interface AncestorValue {
  post: PostRow | Error | null;
  missing: 'DELETED' | 'HIDDEN' | null;
}
