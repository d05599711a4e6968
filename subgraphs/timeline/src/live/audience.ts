import { encodeId } from '@murmuration/ids';
import { type AudienceKeys, audienceOfVisibility, signAudience } from '@murmuration/service-kit/subgraph';
import type { LogEvent } from '../log/log-event.ts';

/** Signs whom an event is for; undefined for what has no audience that is seen alike. */
export type SignAudience = (event: LogEvent) => Promise<string | undefined>;

export function createSignAudience(keys: Pick<AudienceKeys, 'current'>): SignAudience {
  return async ({ post, seq }) => {
    const key = keys.current();
    const audience = post && audienceOfVisibility(post.visibility);
    if (!key || !audience) return undefined;
    return signAudience(key, 'timeline', seq.toString(), {
      entity: encodeId('Post', post.id),
      author: encodeId('User', post.authorId),
      audience,
    });
  };
}
