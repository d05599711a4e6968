export {
  anonymousViewer,
  relationBatchLimit,
  relationKey,
  relationLeaseMs,
  type RelationshipsAnswer,
  type RelationshipsRequest,
  relationshipsPath,
} from './keys.ts';
export { createRelationLeases, type Lease, type RelationLeases } from './lease.ts';
export { createRelationships, type HeldRelations, type Relationships } from './reader.ts';
export {
  has,
  maySeePost,
  maySeeProfile,
  maySuggest,
  type PostAudience,
  type Relation,
  relationBits,
} from './relation.ts';
