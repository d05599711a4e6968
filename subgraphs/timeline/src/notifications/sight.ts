import {
  has,
  maySeePost,
  maySeeProfile,
  maySuggest,
  type Relation,
  relationBits,
} from '@murmuration/relationships';
import type { Actor, KeptNotification, Notification, UnknownNotification } from './notification.ts';
import { notificationLimits } from './limits.ts';
import type { Preferences } from './preferences.ts';

/** What a recipient's relation to a person is right now; an error when nobody can tell. */
export type RelationOf = (personId: bigint) => Relation | Error;

/** One small rule a kind: whether the recipient may be told that this person did it. */
export function mayHearOf(
  recipientId: bigint,
  { kind }: Pick<KeptNotification, 'kind'>,
  { isMentioned, visibility }: Actor,
  relation: Relation,
): boolean {
  if (!maySuggest(relation) || !maySeeProfile(relation) || has(relation, 'viewerBlocks')) return false;
  const mentionedIds = isMentioned ? [recipientId] : [];
  switch (kind) {
    case 'follow':
    case 'request':
    case 'accepted':
      return true;
    // As in the lists behind the counts: seen by whom a public post of that person is.
    case 'like':
    case 'repost':
      return maySeePost(recipientId, relation, { visibility: 'public', mentionedIds: [] });
    case 'reply':
    case 'mention':
    case 'quote':
    case 'poll':
      return maySeePost(recipientId, relation, { visibility: visibility ?? 'mentioned', mentionedIds });
    default:
      return kind satisfies never;
  }
}

/**
 * A notification as its recipient sees it now; null when there is nothing of it for them. Of many who did it only the
 * newest are looked at: when all of these are hidden and there are more, it is told without names. Where only people are wanted
 * whom the recipient follows, others are not counted but themselves.
 */
export function seenBy(
  recipientId: bigint,
  kept: KeptNotification,
  { seen, sourceOf }: Preferences,
  relationOf: RelationOf,
): Notification | UnknownNotification | null {
  const visible: bigint[] = [];
  let hidden = 0;
  for (const actor of kept.actors) {
    // Of one's own poll nobody has to be asked.
    const relation = actor.id === recipientId ? relationBits.self : relationOf(actor.id);
    if (relation instanceof Error) return { place: kept.place, because: relation };
    const isWanted =
      sourceOf(kept.kind) === 'everyone' || has(relation, 'viewerFollows') || has(relation, 'self');
    if (isWanted && mayHearOf(recipientId, kept, actor, relation)) visible.push(actor.id);
    else hidden++;
  }
  const isOfFollowed = sourceOf(kept.kind) === 'followed';
  const actorCount = isOfFollowed ? visible.length : kept.actorCount - hidden;
  if (actorCount <= 0) return null;
  const { id, kind, postId, place, grewAt } = kept;
  return {
    id,
    recipientId,
    kind,
    postId,
    place,
    actorIds: visible.slice(0, notificationLimits.actorsShown),
    actorCount,
    grewAt,
    isUnread: place > seen,
  };
}
