import { encodeId } from '@murmuration/ids';
import { type AudienceKeys, audienceOfVisibility, signAudience } from '@murmuration/service-kit/subgraph';
import type { PostRow } from '../posts/post.ts';

/** Signs whom an event about a post is for; undefined for what has no audience that is seen alike. */
export type SignAudience = (
  post: Pick<PostRow, 'id' | 'authorId' | 'visibility'>,
) => Promise<string | undefined>;

export function createSignAudience(keys: Pick<AudienceKeys, 'current'>): SignAudience {
  return async ({ authorId, id, visibility }) => {
    const key = keys.current();
    const audience = audienceOfVisibility(visibility);
    if (!key || !audience) return undefined;
    const entity = encodeId('Post', id);
    return signAudience(key, 'post', entity, { entity, author: encodeId('User', authorId), audience });
  };
}
