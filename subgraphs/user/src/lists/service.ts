import { connectionFrom, type PageArguments, pageFrom } from '@murmuration/ids';
import { has } from '@murmuration/relationships';
import type { Person } from '../profiles/person.ts';
import { type ListKind, listCursors, ownLists } from './list.ts';
import type { PersonConnection } from './member.ts';

/** Followers and following of a private account are for itself and those it accepted: others get no edges. */
export async function readPublicList(
  kind: 'followers' | 'following',
  owner: Person,
  args: PageArguments,
): Promise<PersonConnection> {
  const isVisible = !owner.isPrivate || has(owner.relation, 'self') || has(owner.relation, 'viewerFollows');
  return readList(kind, owner, args, isVisible);
}

/** Lists that only their owner reads; null for anybody else. */
export async function readOwnList(
  kind: 'followRequests' | 'blockedUsers' | 'mutedUsers',
  owner: Person,
  args: PageArguments,
): Promise<PersonConnection | null> {
  if (!has(owner.relation, 'self')) return null;
  return readList(kind, owner, args, true);
}

async function readList(
  kind: ListKind,
  owner: Person,
  args: PageArguments,
  isVisible: boolean,
): Promise<PersonConnection> {
  const codec = listCursors[kind];
  const page = pageFrom(args, codec);
  const rows = isVisible ? await owner.view.lists.load(kind, page, owner.id) : [];
  return connectionFrom(rows, page, codec, ({ handle, key, memberId: id }) => ({
    key,
    node: { id, handle, isDecided: ownLists.has(kind), view: owner.view },
  }));
}
