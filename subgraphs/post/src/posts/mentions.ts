import { handleBatchLimit, handlesPath } from '@murmuration/relationships';
import { downstreamError, type InternalClient } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';

const handlesAnswer = z.object({ users: z.array(z.object({ id: z.coerce.bigint() }).nullable()) });

/** Who names somebody; left out, nobody in particular. */
export type Asker = Pick<RequestContext, 'viewerId' | 'requestId'>;

/** Who has these handles; those that nobody has, or nobody who exists for who asks, are left out. */
export type HandleResolver = (handles: readonly string[], asker?: Asker) => Promise<Map<string, bigint>>;

/**
 * Asks `user`. When it is away a post with mentions cannot be made: without their links it would be another
 * post than was said, and one for the people mentioned would reach nobody. Others never get here.
 */
export function createHandleResolver(user: Pick<InternalClient, 'call'>): HandleResolver {
  async function ask(handles: string[], asker: Asker | undefined): Promise<(readonly [string, bigint])[]> {
    const body = { handles, viewerId: asker?.viewerId?.toString() ?? null };
    const request = { method: 'POST', path: handlesPath, body } as const;
    const answer = await user.call<unknown>(asker ? { ...request, requestId: asker.requestId } : request);
    const { users } = handlesAnswer.parse(answer);
    return handles.flatMap((handle, index) => {
      const person = users[index];
      return person ? [[handle, person.id] as const] : [];
    });
  }

  return async (handles, asker) => {
    const found = new Map<string, bigint>();
    try {
      for (let start = 0; start < handles.length; start += handleBatchLimit) {
        const people = await ask(handles.slice(start, start + handleBatchLimit), asker);
        for (const [handle, id] of people) found.set(handle, id);
      }
      return found;
    } catch (error) {
      throw downstreamError('user', error);
    }
  };
}
