import { connectionFrom, type PageArguments, pageFrom, type UserId } from '@murmuration/ids';
import { has } from '@murmuration/relationships';
import type { ViewerKey } from '@murmuration/service-kit/subgraph';
import type { Person, View } from '../profiles/person.ts';
import { type ListKind, listCursors, ownLists } from './list.ts';
import type { PersonConnection } from './member.ts';

/** Followers and following of a private account are for itself and those it accepted: others get no edges. */
export async function readPublicList(
  kind: 'followers' | 'following' | 'knownFollowers',
  owner: Person,
  args: PageArguments,
): Promise<PersonConnection> {
  const isVisible = !owner.isPrivate || has(owner.relation, 'self') || has(owner.relation, 'viewerFollows');
  return readList(kind, { id: owner.id, view: owner.view, isVisible }, args);
}

/** Followers whom the viewer follows: nobody's and one's own are none. */
export async function readKnownFollowers(
  owner: Person,
  args: PageArguments,
): Promise<PersonConnection | null> {
  if (owner.view.viewerId === null || has(owner.relation, 'self')) return null;
  return readPublicList('knownFollowers', owner, args);
}

/** Lists of one's own doing, which only their owner reads. */
export async function readOwnList(
  kind: 'followRequests' | 'blockedUsers' | 'mutedUsers',
  { viewerId }: ViewerKey,
  view: View,
  args: PageArguments,
): Promise<PersonConnection> {
  return readList(kind, { id: viewerId, view, isVisible: true }, args);
}

async function readList(
  kind: ListKind,
  owner: { id: UserId; view: View; isVisible: boolean },
  args: PageArguments,
): Promise<PersonConnection> {
  const codec = listCursors[kind];
  const page = pageFrom(args, codec);
  const read = { owner: owner.id, page: { ...page, limit: page.limit + 1 }, rule: 0 };
  const rows = owner.isVisible ? await owner.view.lists[kind].load(read) : [];
  return connectionFrom(rows, page, codec, ({ handle, key, memberId: id }) => ({
    key,
    node: { id, handle, isDecided: ownLists.has(kind), view: owner.view },
  }));
}
