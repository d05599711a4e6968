import { downstreamError, type InternalClient, type RedisCache } from '@murmuration/service-kit';
import DataLoader from 'dataloader';
import {
  anonymousViewer,
  relationBatchLimit,
  relationKey,
  type RelationshipsAnswer,
  type RelationshipsRequest,
  relationshipsPath,
} from './keys.ts';
import type { Relation } from './relation.ts';

/** What `post` and `timeline` ask: one Redis command for a page of authors, one call for what it lacks. */
export interface Relationships {
  /**
   * The viewer's relation to each author, in order. An author that neither Redis nor `user` can speak for
   * is a `DOWNSTREAM_ERROR`: never a guess.
   */
  read(viewerId: bigint | null, authorIds: readonly bigint[]): Promise<(Relation | Error)[]>;
  /** A request-scoped loader of one viewer's relations. */
  loaderFor(viewerId: bigint | null): DataLoader<bigint, Relation>;
}

export function createRelationships(options: {
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
}): Relationships {
  const { redis, user } = options;

  async function cached(viewerId: bigint, authorIds: readonly bigint[]): Promise<(string | null)[]> {
    const namespace = redis.namespace();
    if (namespace === null) return [];
    try {
      return await redis.client.hmget(relationKey(namespace, viewerId), ...authorIds.map(String));
    } catch {
      return [];
    }
  }

  async function ask(viewerId: bigint | null, authorIds: bigint[]): Promise<(Relation | Error)[]> {
    const body: RelationshipsRequest = {
      viewerId: viewerId?.toString() ?? null,
      authorIds: authorIds.map(String),
    };
    try {
      const answer = await user.call<RelationshipsAnswer>({ method: 'POST', path: relationshipsPath, body });
      return answer.relations;
    } catch (error) {
      return authorIds.map(() => downstreamError('user', error));
    }
  }

  async function read(viewerId: bigint | null, authorIds: readonly bigint[]) {
    if (authorIds.length === 0) return [];
    const known = await cached(viewerId ?? anonymousViewer, authorIds);
    const missing = authorIds.filter((_author, index) => known[index] == null);
    const asked = missing.length > 0 ? await ask(viewerId, missing) : [];
    let next = 0;
    return authorIds.map((_author, index) => {
      const bits = known[index];
      return bits == null ? (asked[next++] as Relation | Error) : Number(bits);
    });
  }

  return {
    read,
    loaderFor: (viewerId) =>
      new DataLoader((authorIds) => read(viewerId, authorIds), { maxBatchSize: relationBatchLimit }),
  };
}
