import type { UserDatabase } from '@murmuration/prisma/user';
import { anonymousViewer, type Relation, type RelationLeases } from '@murmuration/relationships';
import { readRelations } from '../relations/relation-sql.ts';

export interface RelationLookup {
  /** The viewer's relation to each author, in order; what it reads is lent to the cache for one lease. */
  read(viewerId: bigint | null, authorIds: readonly bigint[]): Promise<Relation[]>;
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
  };
}
