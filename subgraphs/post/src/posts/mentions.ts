import { downstreamError, type InternalClient } from '@murmuration/service-kit';
import { z } from 'zod';

export const handlesPath = '/internal/handles';
/** As many as `user` takes in one call. */
export const handlesAtOnce = 100;

const handlesAnswer = z.object({ users: z.array(z.object({ id: z.coerce.bigint() }).nullable()) });

/** Who has these handles; those that nobody has are left out. */
export type HandleResolver = (handles: readonly string[], requestId?: string) => Promise<Map<string, bigint>>;

/**
 * Asks `user`. When it is away a post with mentions cannot be made: without their links it would be another
 * post than was said, and one for the people mentioned would reach nobody. Others never get here.
 */
export function createHandleResolver(user: Pick<InternalClient, 'call'>): HandleResolver {
  async function ask(
    handles: string[],
    requestId: string | undefined,
  ): Promise<(readonly [string, bigint])[]> {
    const request = { method: 'POST', path: handlesPath, body: { handles } } as const;
    const answer = await user.call<unknown>(requestId ? { ...request, requestId } : request);
    const { users } = handlesAnswer.parse(answer);
    return handles.flatMap((handle, index) => {
      const person = users[index];
      return person ? [[handle, person.id] as const] : [];
    });
  }

  return async (handles, requestId) => {
    const found = new Map<string, bigint>();
    try {
      for (let start = 0; start < handles.length; start += handlesAtOnce) {
        const people = await ask(handles.slice(start, start + handlesAtOnce), requestId);
        for (const [handle, id] of people) found.set(handle, id);
      }
      return found;
    } catch (error) {
      throw downstreamError('user', error);
    }
  };
}
