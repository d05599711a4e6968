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

/**
 * Older than this, a lease that was read ahead is not looked at: a statement that took its time between must
 * not let a block wait.
 */
const heldForMs = 50;

/** A viewer's whole lease as it was read ahead. */
export interface HeldRelations {
  bits: Readonly<Record<string, string>>;
  askedAtMs: number;
}

/** What `post` and `timeline` ask: one Redis command for a page of authors, one call for what it lacks. */
export interface Relationships {
  /**
   * The viewer's relation to each author, in order. An author that neither Redis nor `user` can speak for
   * is a `DOWNSTREAM_ERROR`: never a guess.
   * @param held looked at in place of Redis, while it is fresh
   */
  read(
    viewerId: bigint | null,
    authorIds: readonly bigint[],
    held?: HeldRelations | null,
  ): Promise<(Relation | Error)[]>;
  /**
   * Reads a viewer's lease before it is known whom it will be asked about: in the round trip of another
   * command. Null when Redis cannot be used.
   */
  hold(viewerId: bigint): Promise<HeldRelations | null>;
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

  async function hold(viewerId: bigint): Promise<HeldRelations | null> {
    const namespace = redis.namespace();
    if (namespace === null) return null;
    const askedAtMs = performance.now();
    try {
      return { bits: await redis.client.hgetall(relationKey(namespace, viewerId)), askedAtMs };
    } catch {
      return null;
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

  async function read(
    viewerId: bigint | null,
    authorIds: readonly bigint[],
    held?: HeldRelations | null,
  ): Promise<(Relation | Error)[]> {
    if (authorIds.length === 0) return [];
    const known =
      held && performance.now() - held.askedAtMs <= heldForMs
        ? authorIds.map((authorId) => held.bits[authorId.toString()])
        : await cached(viewerId ?? anonymousViewer, authorIds);
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
    hold,
    loaderFor: (viewerId) =>
      new DataLoader((authorIds) => read(viewerId, authorIds), { maxBatchSize: relationBatchLimit }),
  };
}
