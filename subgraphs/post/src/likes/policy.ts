import { has, maySeePost, type Relation } from '@murmuration/relationships';

/** Whether the viewer may see what a person likes: their own always, others' where they show it and are seen themselves. */
export function maySeeLikes(viewerId: bigint | null, relation: Relation, isShown: boolean): boolean {
  if (has(relation, 'self')) return true;
  return isShown && maySeePost(viewerId, relation, { visibility: 'public', mentionedIds: [] });
}
