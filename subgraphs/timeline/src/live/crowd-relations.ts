import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthorSights, Relation, Relationships } from '@murmuration/relationships';
import { crowdLimits } from '../limits.ts';

type Answer = Relation | Error;

interface Asked {
  viewerId: bigint;
  authorIds: readonly bigint[];
}

/**
 * Relations for streams that begin again. Thousands who lost their sockets together missed the same authors: those whom
 * several viewers ask about within a moment are asked about by author, once for all of them; the others by viewer.
 */
export function createCrowdRelations(options: {
  relationships: Pick<Relationships, 'read'>;
  sights: AuthorSights;
}): Pick<Relationships, 'read'> {
  const { relationships, sights } = options;
  let gathered: { asked: Asked[]; byAuthor: Promise<Map<bigint, Map<bigint, Answer>>> } | undefined;

  async function askByAuthor(asked: readonly Asked[]): Promise<Map<bigint, Map<bigint, Answer>>> {
    await sleep(crowdLimits.gatherMs);
    gathered = undefined;
    const viewersOf = new Map<bigint, bigint[]>();
    for (const { authorIds, viewerId } of asked) {
      for (const authorId of authorIds)
        viewersOf.set(authorId, [...(viewersOf.get(authorId) ?? []), viewerId]);
    }
    const crowded = [...viewersOf].filter(([, viewers]) => viewers.length >= crowdLimits.viewers);
    const answers = crowded.map(
      async ([author, viewers]) => [author, await sights.read(author, [...new Set(viewers)])] as const,
    );
    return new Map(await Promise.all(answers));
  }

  return {
    async read(viewerId, authorIds) {
      if (viewerId === null || authorIds.length === 0) return relationships.read(viewerId, authorIds);
      if (!gathered) {
        const asked: Asked[] = [];
        gathered = { asked, byAuthor: askByAuthor(asked) };
      }
      gathered.asked.push({ viewerId, authorIds });
      const byAuthor = await gathered.byAuthor;
      const others = authorIds.filter((authorId) => !byAuthor.has(authorId));
      const read = await relationships.read(viewerId, others);
      const byViewer = new Map(others.map((authorId, index) => [authorId, read[index]]));
      return authorIds.map(
        (authorId) =>
          byAuthor.get(authorId)?.get(viewerId) ?? byViewer.get(authorId) ?? new Error('never asked'),
      );
    },
  };
}
