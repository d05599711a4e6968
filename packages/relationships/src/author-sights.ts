import { downstreamError, type InternalClient, type RedisCache } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import {
  relationBatchLimit,
  relationKey,
  relationLeaseMs,
  type ViewerRelationsAnswer,
  type ViewerRelationsRequest,
  viewerRelationsPath,
} from './keys.ts';
import type { Relation } from './relation.ts';

export const sightLimits = {
  /** Batches of viewers that a process asks Redis or `user` for side by side. */
  batchesAtOnce: 4,
  /** Authors whose viewers are remembered, and viewers of all of them together. */
  authors: 10_000,
  relations: 1_000_000,
} as const;

/** The other direction of `Relationships`: many viewers of one author. */
export interface AuthorSights {
  /**
   * Each viewer's relation to the author, right now: one Redis pipeline and at most one call a thousand viewers. Of
   * whom nobody can speak a `DOWNSTREAM_ERROR` is told: never a guess.
   */
  read(authorId: bigint, viewerIds: readonly bigint[]): Promise<Map<bigint, Relation | Error>>;
}

/** What `user` said under one generation of the author's lease. */
interface Remembered {
  generation: string;
  relations: Map<bigint, Relation>;
  /** By the clock of `performance.now()`, as the cache has it. */
  since: number;
}

/**
 * Whatever changes between an author and anybody removes the author's own lease before it is acknowledged, and `user`
 * opens one before it reads: what it said holds while the author's generation is the same, which is one `HGET`.
 * What a viewer's lease says holds only now: the author's may have been opened between the removals of the two.
 */
export function createAuthorSights(options: {
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
}): AuthorSights {
  const { redis, user } = options;
  const remembered = new LRUCache<bigint, Remembered>({
    max: sightLimits.authors,
    maxSize: sightLimits.relations,
    ttl: relationLeaseMs,
  });

  const limit = pLimit(sightLimits.batchesAtOnce);

  async function heldOf(authorId: bigint): Promise<ReadonlyMap<bigint, Relation>> {
    const known = remembered.get(authorId);
    const namespace = redis.namespace();
    if (!known || namespace === null) return new Map();
    try {
      const generation = await redis.client.hget(relationKey(namespace, authorId), 'gen');
      return known.generation === generation ? known.relations : new Map();
    } catch {
      return new Map();
    }
  }

  function remember(authorId: bigint, generation: string, relations: [bigint, Relation][]): void {
    const known = remembered.peek(authorId);
    const entry: Remembered =
      known?.generation === generation
        ? known
        : { generation, relations: new Map(), since: performance.now() };
    for (const [viewerId, relation] of relations) entry.relations.set(viewerId, relation);
    remembered.set(authorId, entry, { start: entry.since, size: entry.relations.size });
  }

  async function leased(authorId: bigint, viewerIds: readonly bigint[]): Promise<(Relation | null)[]> {
    const namespace = redis.namespace();
    if (namespace === null) return viewerIds.map(() => null);
    const pipeline = redis.client.pipeline();
    for (const viewerId of viewerIds) pipeline.hget(relationKey(namespace, viewerId), authorId.toString());
    const found = await pipeline.exec().catch(() => null);
    return viewerIds.map((_viewer, index) => {
      const [error, bits] = found?.[index] ?? [null, null];
      return error || bits == null ? null : Number(bits);
    });
  }

  async function ask(authorId: bigint, viewerIds: readonly bigint[]): Promise<[bigint, Relation | Error][]> {
    const body: ViewerRelationsRequest = {
      authorId: authorId.toString(),
      viewerIds: viewerIds.map(String),
    };
    try {
      const { relations, generation } = await user.call<ViewerRelationsAnswer>({
        method: 'POST',
        path: viewerRelationsPath,
        body,
      });
      if (relations.length !== viewerIds.length) throw new Error('not every viewer was answered for');
      const told = viewerIds.map((viewerId, index) => [viewerId, relations[index]] as [bigint, Relation]);
      if (generation !== null) remember(authorId, generation, told);
      return told;
    } catch (error) {
      const unknown = downstreamError('user', error);
      return viewerIds.map((viewerId) => [viewerId, unknown]);
    }
  }

  /** Those without a lease of all batches go together, or a thousand viewers could cost a call each batch. */
  async function readAnew(
    authorId: bigint,
    viewerIds: readonly bigint[],
  ): Promise<[bigint, Relation | Error][]> {
    const looked = await limit.map(batchesOf(viewerIds), (batch) => leased(authorId, batch));
    const known = looked.flat();
    const rest = viewerIds.filter((_viewer, index) => known[index] === null);
    const asked = await limit.map(batchesOf(rest), (batch) => ask(authorId, batch));
    const found = viewerIds.flatMap((viewerId, index): [bigint, Relation][] => {
      const relation = known[index];
      return relation == null ? [] : [[viewerId, relation]];
    });
    return [...found, ...asked.flat()];
  }

  return {
    async read(authorId, viewerIds) {
      const held = await heldOf(authorId);
      const answer = new Map<bigint, Relation | Error>();
      const missing: bigint[] = [];
      for (const viewerId of viewerIds) {
        const relation = held.get(viewerId);
        if (relation === undefined) missing.push(viewerId);
        else answer.set(viewerId, relation);
      }
      if (missing.length === 0) return answer;
      for (const [viewerId, relation] of await readAnew(authorId, missing)) answer.set(viewerId, relation);
      return answer;
    },
  };
}

function batchesOf(ids: readonly bigint[]): bigint[][] {
  const batches: bigint[][] = [];
  for (let from = 0; from < ids.length; from += relationBatchLimit)
    batches.push(ids.slice(from, from + relationBatchLimit));
  return batches;
}
