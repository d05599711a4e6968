import type { ListTruth } from '@murmuration/testing/oracle';
import fc from 'fast-check';
import type pg from 'pg';
import { listLimits } from '../../src/lists/limits.ts';
import { addMember, createList, removeMember } from '../../src/lists/write.ts';

/** A list of somebody's, with what a test knows of it. */
export interface MadeList extends ListTruth {
  id: bigint;
}

/** Somebody is put into a list, or taken out of it. */
export interface ListChange {
  who: number;
  isAdded: boolean;
}

/** One for some of the acts that go on beside. */
export function listChangesOf(people: number): fc.Arbitrary<ListChange[]> {
  return fc.array(fc.record({ who: fc.nat(people - 1), isAdded: fc.boolean() }), { maxLength: 30 });
}

export async function makeList(
  pool: pg.Pool,
  ownerId: bigint,
  memberIds: readonly bigint[],
  isPrivate = false,
): Promise<MadeList> {
  const draft = { name: 'some', description: '', isPrivate };
  const made = await createList(pool, ownerId, draft, null, listLimits.perPerson);
  const list = { id: made?.id ?? 0n, ownerId, memberIds: [] };
  for (const memberId of memberIds) await changeList(pool, list, memberId, true);
  return list;
}

/** Whatever the two are to each other. */
export async function changeList(
  pool: pg.Pool,
  list: MadeList,
  memberId: bigint,
  isAdded: boolean,
): Promise<void> {
  const of = { listId: list.id, ownerId: list.ownerId, memberId };
  await (isAdded ? addMember(pool, of, listLimits.members) : removeMember(pool, of));
  const others = list.memberIds.filter((id) => id !== memberId);
  list.memberIds = isAdded ? [...others, memberId] : others;
}
