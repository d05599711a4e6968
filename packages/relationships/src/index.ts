export {
  anonymousViewer,
  handleBatchLimit,
  type HandlesAnswer,
  type HandlesRequest,
  handlesPath,
  relationBatchLimit,
  relationKey,
  relationLeaseMs,
  type RelationshipsAnswer,
  type RelationshipsRequest,
  relationshipsPath,
  type ViewerRelationsAnswer,
  type ViewerRelationsRequest,
  viewerRelationsPath,
} from './keys.ts';
export { createRelationLeases, type Lease, type RelationLeases } from './lease.ts';
export { createAuthorSights, type AuthorSights, sightLimits } from './author-sights.ts';
export {
  allSaidIn,
  createMutedIn,
  type MutedIn,
  type MutedWordsAnswer,
  type MutedWordsRequest,
  mutedWordsPath,
  type Sayable,
} from './muted-words.ts';
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
