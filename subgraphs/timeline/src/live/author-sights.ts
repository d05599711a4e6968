import { type Relation, relationKey, type Relationships } from '@murmuration/relationships';
import type { RedisCache } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';

const rememberedAuthors = 10_000;

/** What many viewers' relations to one author are, right now. */
export interface AuthorSights {
  read(authorId: bigint, viewerIds: readonly bigint[]): Promise<Map<bigint, Relation | Error>>;
}

/**
 * One `HGET` an event: whatever changes between an author and anybody removes the author's own lease, so
 * what was read under the same generation still holds. Without one everything is read anew.
 */
export function createAuthorSights(options: {
  redis: RedisCache;
  relationships: Relationships;
}): AuthorSights {
  const { redis, relationships } = options;
  const remembered = new LRUCache<bigint, { generation: string; relations: Map<bigint, Relation> }>({
    max: rememberedAuthors,
  });

  async function generationOf(authorId: bigint): Promise<string | null> {
    const namespace = redis.namespace();
    if (namespace === null) return null;
    try {
      const found = await redis.client.hget(relationKey(namespace, authorId), 'gen');
      return found === null ? null : namespace + found;
    } catch {
      return null;
    }
  }

  async function ask(authorId: bigint, viewerId: bigint): Promise<Relation | Error> {
    const [relation] = await relationships.read(viewerId, [authorId]);
    return relation ?? new Error('no relation was told');
  }

  return {
    async read(authorId, viewerIds) {
      const generation = await generationOf(authorId);
      const known = remembered.get(authorId);
      const held = known && known.generation === generation ? known.relations : new Map<bigint, Relation>();
      const answer = new Map<bigint, Relation | Error>();
      await Promise.all(
        viewerIds.map(async (viewerId) => {
          const relation = held.get(viewerId) ?? (await ask(authorId, viewerId));
          answer.set(viewerId, relation);
          if (typeof relation === 'number') held.set(viewerId, relation);
        }),
      );
      if (generation !== null) remembered.set(authorId, { generation, relations: held });
      else remembered.delete(authorId);
      return answer;
    },
  };
}
