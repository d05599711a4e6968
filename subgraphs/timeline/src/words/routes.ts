import { type MutedWordsAnswer, mutedWordsPath, relationBatchLimit } from '@murmuration/relationships';
import { type HttpServer, parseJson } from '@murmuration/service-kit';
import { envelopeOf } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { WordService } from './service.ts';

const id = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
const body = z.object({ text: z.string().max(10_000), viewerIds: z.array(id).max(relationBatchLimit) });

/** What other services ask of muted words, for no viewer: signed by a service, or refused. */
export function registerWordRoutes(app: HttpServer['app'], words: Pick<WordService, 'mutedIn'>): void {
  app.post(mutedWordsPath, async (request, reply) => {
    if (envelopeOf(request).identity.kind !== 'service') return reply.code(403).send({ code: 'FORBIDDEN' });
    const asked = body.safeParse(parseJson(request.body));
    if (!asked.success)
      return reply.code(400).send({ code: 'BAD_USER_INPUT', message: z.prettifyError(asked.error) });
    const { text, viewerIds } = asked.data;
    const muted = await words.mutedIn(text, viewerIds);
    return { viewerIds: muted.map(String) } satisfies MutedWordsAnswer;
  });
}
