import { downstreamError, type InternalClient } from '@murmuration/service-kit';
import { z } from 'zod';

export const handlesPath = '/internal/handles';

const handlesAnswer = z.object({ users: z.array(z.object({ id: z.coerce.bigint() }).nullable()) });

/** Who has these handles; those that nobody has are left out. */
export type HandleResolver = (handles: readonly string[], requestId?: string) => Promise<Map<string, bigint>>;

/**
 * Asks `user`. When it is away a post with mentions cannot be made: without their links it would be another
 * post than was said, and one for the people mentioned would reach nobody. Others never get here.
 */
export function createHandleResolver(user: Pick<InternalClient, 'call'>): HandleResolver {
  return async (handles, requestId) => {
    if (handles.length === 0) return new Map();
    try {
      const answer = await user.call<unknown>({
        method: 'POST',
        path: handlesPath,
        body: { handles },
        ...(requestId ? { requestId } : {}),
      });
      const { users } = handlesAnswer.parse(answer);
      return new Map(
        handles.flatMap((handle, index) => {
          const person = users[index];
          return person ? [[handle, person.id] as const] : [];
        }),
      );
    } catch (error) {
      throw downstreamError('user', error);
    }
  };
}
