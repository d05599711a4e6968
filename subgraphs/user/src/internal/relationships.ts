import type { UserDatabase } from '@murmuration/prisma/user';
import {
  anonymousViewer,
  type Relation,
  type RelationLeases,
  type ViewerRelationsAnswer,
} from '@murmuration/relationships';
import { readRelations, readRelationsToAuthor } from '../relations/relation-sql.ts';

export interface RelationLookup {
  /** The viewer's relation to each author, in order; what it reads is lent to the cache for one lease. */
  read(viewerId: bigint | null, authorIds: readonly bigint[]): Promise<Relation[]>;
  /**
   * Each viewer's relation to the author, in order. Whatever changes one of them takes the author's lease away, so
   * the answer holds while its generation is the author's: nothing is stored.
   */
  readViewers(authorId: bigint, viewerIds: readonly bigint[]): Promise<ViewerRelationsAnswer>;
}

/**
 * The order is the protocol: the lease opens before SQL reads, so a change that commits after the read has
 * taken the lease away, and the late answer is not stored.
 */
export function createRelationLookup(database: UserDatabase, leases: RelationLeases): RelationLookup {
  return {
    async read(viewerId, authorIds) {
      const lease = await leases.open(viewerId ?? anonymousViewer);
      const relations = await readRelations(database, viewerId, authorIds);
      if (lease) await leases.store(lease, relations);
      return authorIds.map((id) => relations.get(id) as Relation);
    },
    async readViewers(authorId, viewerIds) {
      const lease = await leases.open(authorId);
      const relations = await readRelationsToAuthor(database, authorId, viewerIds);
      return {
        relations: viewerIds.map((id) => relations.get(id) as Relation),
        generation: lease?.generation ?? null,
      };
    },
  };
}
