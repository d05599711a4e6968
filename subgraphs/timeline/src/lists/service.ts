import {
  badUserInput,
  decodeId,
  idAt,
  type PageArguments,
  pageFrom,
  sealedCursorCodec,
  type SealingKeys,
} from '@murmuration/ids';
import type { SealedCursorCodec } from '@murmuration/ids';
import type { Relationships } from '@murmuration/relationships';
import {
  blocked,
  conflict,
  limitReached,
  notAllowed,
  notFound,
  validationError,
} from '@murmuration/service-kit';
import { type PagedRow, visiblePage } from '@murmuration/service-kit/subgraph';
import type pg from 'pg';
import type { ListSource } from '../belonging/source.ts';
import type { Reads } from '../database/pool.ts';
import { followList, unfollowList } from './follows.ts';
import { readAttempt, readDescription, readName } from './input.ts';
import type { ListLimits } from './limits.ts';
import { findLists, type List } from './list.ts';
import { createListLoaders, type ListLoaders } from './loaders.ts';
import { type ListMarker, moveListMarker } from './marker.ts';
import { mayAdd, maySeeList, maySeeMember } from './policy.ts';
import { findListsOf, type ListRow, type MemberRow } from './select.ts';
import {
  addMember,
  createList,
  deleteList,
  findAttempt,
  type MemberChange,
  removeMember,
  updateList,
} from './write.ts';

/** Who asks, with what was loaded for them. */
export interface Asker {
  viewerId: bigint | null;
  loaders: ListLoaders;
}

/** A person who is signed in. */
export type Person = Asker & { viewerId: bigint };

/** Clocks of servers differ by less. */
const aheadMs = 60_000;

export type ListService = ReturnType<typeof createListService>;

/** Lists of people: who may see, change and follow them. What is in them is read like any timeline. */
export function createListService(options: {
  pool: pg.Pool;
  reads: Reads;
  relationships: Relationships;
  /** The same of many viewers, asked for in one turn. */
  crowd: Pick<Relationships, 'read'>;
  keys: SealingKeys;
  /** Places in timelines. */
  entryCursors: SealedCursorCodec;
  limits: ListLimits;
}) {
  const { crowd, entryCursors, keys, limits, pool, reads, relationships } = options;
  const cursors = {
    members: sealedCursorCodec('list-members', keys),
    own: sealedCursorCodec('lists', keys),
    followed: sealedCursorCodec('followed-lists', keys),
  };

  /** @throws GraphQLError `DOWNSTREAM_ERROR` while nobody can say what the two are to each other */
  async function seenBy({ loaders, viewerId }: Asker, list: List): Promise<List | null> {
    if (list.ownerId === viewerId) return list;
    if (list.isPrivate) return null;
    return maySeeList(viewerId, list, await loaders.relations.load(list.ownerId)) ? list : null;
  }

  async function find(asker: Asker, listId: bigint): Promise<List | null> {
    const list = await asker.loaders.lists.load(listId);
    return list && seenBy(asker, list);
  }

  function listIdOf(wire: string): bigint {
    const listId = decodeId('List', wire);
    if (listId === null) throw validationError('listId', 'This is not the id of a list.');
    return listId;
  }

  /** @throws UserErrors `NotFound` for what does not exist for the viewer, `NotAllowed` for what is somebody else's */
  async function own(person: Person, wire: string): Promise<bigint> {
    const list = await found(person, wire);
    if (list.ownerId !== person.viewerId)
      throw notAllowed('This list is somebody else’s.', { path: ['listId'] });
    return list.id;
  }

  /** @throws UserErrors `NotFound` for what does not exist for the viewer */
  async function found(person: Person, wire: string): Promise<List> {
    const list = await find(person, listIdOf(wire));
    if (!list) throw notFound('list', { path: ['listId'] });
    return list;
  }

  function personIdOf(wire: string): bigint {
    const personId = decodeId('User', wire);
    if (personId === null) throw validationError('userId', 'This is not the id of a person.');
    return personId;
  }

  function changed(change: MemberChange): List {
    if (change.status === 'done') return change.list;
    if (change.status === 'not found') throw notFound('list', { path: ['listId'] });
    const most = limits.members;
    throw limitReached(most, `A list has at most ${most} people: take somebody out first.`);
  }

  function pageOf(which: 'own' | 'followed', person: Person, args: PageArguments) {
    const readPage = (page: ReturnType<typeof pageFrom<bigint>>) => {
      const { after, before, direction, limit } = page;
      const isForward = direction === 'forward';
      return findListsOf(reads, which, {
        owners: [person.viewerId],
        rules: [0],
        lows: [before ?? -1n],
        highs: [after ?? (1n << 63n) - 1n],
        direction: isForward ? 'DESC' : 'ASC',
        limit,
      });
    };
    const page = pageFrom(args, cursors[which]);
    return visiblePage<ListRow & PagedRow, List, bigint>(cursors[which], page, readPage, (row) =>
      seenBy(person, row),
    );
  }

  return {
    loadersFor: (viewerId: bigint | null) => createListLoaders({ reads, relationships }, viewerId),

    /** A list, if it exists for the viewer. */
    find,

    /** @throws GraphQLError `BAD_USER_INPUT` for a list that does not exist for its reader */
    async require({ id, readerId: viewerId }: ListSource): Promise<void> {
      const loaders = createListLoaders({ reads, relationships }, viewerId);
      if (!(await find({ viewerId, loaders }, id))) throw badUserInput('listId', 'This list does not exist.');
    },

    /**
     * Of some readers those for whom a list exists, by one statement. Of whom nobody can tell right now is left out, too: what they are
     * told, `require` says.
     */
    async readersAmong(
      listId: bigint,
      readerIds: readonly (bigint | null)[],
    ): Promise<ReadonlySet<bigint | null>> {
      const [list] = await findLists(reads, [listId]);
      if (!list) return new Set();
      const may = await Promise.all(
        readerIds.map(async (readerId) => {
          if (readerId === list.ownerId) return true;
          if (list.isPrivate) return false;
          const [relation] = await crowd.read(readerId, [list.ownerId]);
          return typeof relation === 'number' && maySeeList(readerId, list, relation);
        }),
      );
      return new Set(readerIds.filter((_reader, index) => may[index]));
    },

    /** Lists that somebody made, the newest first. */
    ownLists: (person: Person, args: PageArguments) => pageOf('own', person, args),

    /** Lists of others that somebody follows, as far as they may see them, those followed last first. */
    followedLists: (person: Person, args: PageArguments) => pageOf('followed', person, args),

    /** Who is in a list, as far as the viewer may see them, those who came last first. */
    members({ loaders }: Asker, list: List, args: PageArguments) {
      const page = pageFrom(args, cursors.members);
      return visiblePage<MemberRow, bigint, bigint>(
        cursors.members,
        page,
        (part) => loaders.memberPages.load({ owner: list.id, page: part, rule: 0 }),
        async ({ memberId }) => (maySeeMember(await loaders.relations.load(memberId)) ? memberId : null),
      );
    },

    async create(
      { viewerId }: Person,
      input: { name: string; description: string; isPrivate: boolean; idempotencyKey: string | null },
    ): Promise<List> {
      const { idempotencyKey, isPrivate } = input;
      const name = readName(input.name);
      const description = readDescription(input.description);
      const attempt = readAttempt(idempotencyKey, [name, description, isPrivate]);
      const list = await createList(
        pool,
        viewerId,
        { name, description, isPrivate },
        attempt,
        limits.perPerson,
      );
      if (list) return list;
      const before = attempt && (await findAttempt(pool, viewerId, attempt));
      if (before && !before.isSame)
        throw conflict('This idempotency key was used with another input.', {
          code: 'IDEMPOTENCY_KEY_REUSED',
          path: ['idempotencyKey'],
        });
      if (before?.list) return before.list;
      if (before) throw notFound('list');
      throw limitReached(limits.perPerson, `You have ${limits.perPerson} lists: delete one first.`);
    },

    async update(
      person: Person,
      input: { listId: string; name: string | null; description: string | null; isPrivate: boolean | null },
    ): Promise<List> {
      const name = input.name === null ? null : readName(input.name);
      const description = input.description === null ? null : readDescription(input.description);
      const listId = await own(person, input.listId);
      const list = await updateList(pool, listId, person.viewerId, {
        name,
        description,
        isPrivate: input.isPrivate,
      });
      if (!list) throw notFound('list', { path: ['listId'] });
      return list;
    },

    /** Deleting what is gone changes nothing. */
    async delete(person: Person, wire: string): Promise<bigint> {
      const listId = listIdOf(wire);
      const list = await find(person, listId);
      if (list && list.ownerId !== person.viewerId)
        throw notAllowed('This list is somebody else’s.', { path: ['listId'] });
      if (!list || !(await deleteList(pool, listId, person.viewerId)))
        throw notFound('list', { path: ['listId'] });
      return listId;
    },

    async addMember(person: Person, wire: string, userId: string): Promise<{ list: List; memberId: bigint }> {
      const memberId = personIdOf(userId);
      const listId = await own(person, wire);
      const may = mayAdd(await person.loaders.relations.load(memberId));
      if (may === 'not found') throw notFound('person', { path: ['userId'] });
      if (may === 'blocked') throw blocked('Unblock this person first.', { path: ['userId'] });
      const change = await addMember(pool, { listId, memberId, ownerId: person.viewerId }, limits.members);
      return { list: changed(change), memberId };
    },

    async removeMember(
      person: Person,
      wire: string,
      userId: string,
    ): Promise<{ list: List; memberId: bigint }> {
      const memberId = personIdOf(userId);
      const listId = await own(person, wire);
      const change = await removeMember(pool, { listId, memberId, ownerId: person.viewerId });
      return { list: changed(change), memberId };
    },

    async follow(person: Person, wire: string): Promise<List> {
      const list = await found(person, wire);
      if (list.ownerId === person.viewerId)
        throw notAllowed('This list is your own.', { code: 'ONESELF', path: ['listId'] });
      if (await followList(pool, person.viewerId, list.id, limits.followed)) return list;
      throw limitReached(limits.followed, `You follow ${limits.followed} lists: unfollow one first.`);
    },

    /** @returns the list where it still exists for the viewer */
    async unfollow(person: Person, wire: string): Promise<List | null> {
      const listId = listIdOf(wire);
      await unfollowList(pool, person.viewerId, listId);
      return find(person, listId);
    },

    /** What is not there yet cannot have been seen: a place beyond would hide what is to come. */
    async moveMarker(
      person: Person,
      wire: string,
      through: string,
    ): Promise<{ list: List; marker: ListMarker }> {
      const list = await found(person, wire);
      const place = placeOf(through);
      const most = idAt(Date.now() + aheadMs);
      const marker = await moveListMarker(pool, person.viewerId, list.id, place < most ? place : most);
      return { list, marker };
    },

    cursorOf: ({ place }: ListMarker) => entryCursors.encode(place),
  };

  function placeOf(through: string): bigint {
    try {
      return entryCursors.decode('through', through);
    } catch {
      throw validationError('through', 'This is not the cursor of an edge of a timeline.');
    }
  }
}
