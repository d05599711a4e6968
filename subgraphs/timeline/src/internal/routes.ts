import { type MutedWordsAnswer, mutedWordsPath, relationBatchLimit } from '@murmuration/relationships';
import type { HttpServer } from '@murmuration/service-kit';
import { answerServices, idText } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { Services } from '../services.ts';

const digestBody = z.object({ viewerId: idText, sinceMs: z.number().int().nonnegative() });
const mutedWordsBody = z.object({
  text: z.string().max(10_000),
  rootId: idText.optional(),
  viewerIds: z.array(idText).max(relationBatchLimit),
});

/** What other services ask, none of it for a viewer: signed by a service, or refused. */
export function registerInternalRoutes(
  app: HttpServer['app'],
  { notifications, words }: Pick<Services, 'notifications' | 'words'>,
): void {
  // What somebody has not seen is told to who writes them mails, and to no one else.
  const digest = { method: 'POST', path: '/internal/digest', body: digestBody, by: 'user' } as const;
  answerServices(app, digest, async ({ sinceMs, viewerId }) => {
    const lines = await notifications.digest(viewerId, sinceMs);
    return { told: lines.map((line) => ({ ...line, actorIds: line.actorIds.map(String) })) };
  });

  const mutedWords = { method: 'POST', path: mutedWordsPath, body: mutedWordsBody } as const;
  answerServices(app, mutedWords, async ({ rootId, text, viewerIds }): Promise<MutedWordsAnswer> => {
    const muted = await words.mutedIn({ text, rootId: rootId ?? null }, viewerIds);
    return { viewerIds: muted.map(String) };
  });
}
