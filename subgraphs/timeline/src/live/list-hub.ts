import { type MembersIndex, createMembersIndex, type Queue } from '@murmuration/service-kit/subgraph';
import type { Logger } from '@murmuration/service-kit';
import pLimit from 'p-limit';
import { selectMembers } from '../belonging/members.ts';
import { isAnyReposted } from '../belonging/repost-viewers.ts';
import type { ListSource } from '../belonging/source.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogHead } from '../log/head.ts';
import type { LogEvent } from '../log/log-event.ts';
import type { LiveEvent } from './live-event.ts';
import type { Replay } from './replayer.ts';
import type { TailListener } from './tail.ts';

/** A stream of a list. */
interface Member {
  source: ListSource;
  queue: Queue<LiveEvent>;
  /** Events up to here are known to the reader. */
  from: bigint;
  /** What may concern it has happened since it last looked. */
  isWoken: boolean;
  /** Counts the projections that it was told of. */
  life: number;
  isLooking: boolean;
  hasCaughtUp: boolean;
  isOpen: boolean;
}

export interface ListHub extends TailListener {
  /** Tells a list's reader everything after `from`. */
  open(source: ListSource, from: bigint, queue: Queue<LiveEvent>): () => void;
}

/**
 * A stream of a list is a replay that goes on: it looks into the log whenever something happens that may concern it, by the same step as a
 * page. Lists are read by few at a time, each by their own sight; what routes homes to thousands is not needed.
 */
export function createListHub(options: {
  sql: Sql;
  start: LogHead;
  replay: Replay;
  /** @throws what ends a stream whose list does not exist for its reader any more */
  requireList: (source: ListSource) => Promise<void>;
  logger: Logger;
  limits?: TimelineLimits;
}): ListHub {
  const { logger, sql, replay, requireList, limits = timelineLimits } = options;
  let position = options.start;
  const open = new Set<Member>();
  const byList = createMembersIndex<bigint, Member>();
  const byReader = createMembersIndex<bigint, Member>();
  /** The lists that are watched, by who is in them. */
  const listsOf: MembersIndex<bigint, bigint> = createMembersIndex();
  const peopleIn = new Map<bigint, readonly bigint[]>();
  /** Counts the changes of a list that is watched. */
  const versions = new Map<bigint, number>();
  const atOnce = pLimit(limits.liveRoutingsAtOnce);

  /**
   * Who is in a list, unless it is known: before its streams look for the first time, and when somebody came or left; who does so
   * while it is read makes it be read again.
   */
  async function learn(listId: bigint): Promise<void> {
    let people = peopleIn.get(listId);
    while (!people && byList.has(listId)) {
      const version = versions.get(listId);
      const found = await selectMembers(sql, listId);
      if (versions.get(listId) !== version || !byList.has(listId)) continue;
      forget(listId);
      people = found;
      peopleIn.set(listId, people);
      for (const person of people) listsOf.add(person, listId);
    }
  }

  function forget(listId: bigint): void {
    for (const person of peopleIn.get(listId) ?? []) listsOf.remove(person, listId);
    peopleIn.delete(listId);
  }

  /** It is known who wakes it before it is known through where it looks: what comes later wakes it again. */
  async function look(member: Member, room: () => Promise<void>): Promise<void> {
    const { queue, source } = member;
    while (member.isWoken && member.isOpen) {
      member.isWoken = false;
      await requireList(source);
      await learn(source.id);
      const { from: after, life } = member;
      const through = position.seq;
      const isWanted = () => member.isOpen && member.life === life;
      const sink = { room, push: (item: LiveEvent) => isWanted() && queue.push(item) };
      await replay(source, { after, through }, sink, isWanted);
      if (isWanted()) member.from = through;
    }
  }

  /**
   * What was missed is told as fast as its reader takes it. After that few look at a time, and none of them waits for its reader: who does
   * not keep up is dropped, as everywhere.
   */
  async function lookInTurn(member: Member): Promise<void> {
    if (member.hasCaughtUp) return atOnce(() => look(member, () => Promise.resolve()));
    await look(member, member.queue.room);
    member.hasCaughtUp = true;
  }

  function wake(member: Member): void {
    member.isWoken = true;
    if (member.isLooking) return;
    member.isLooking = true;
    lookInTurn(member)
      .catch((error: unknown) => {
        if (member.isOpen) member.queue.fail(error instanceof Error ? error : new Error(String(error)));
        member.isOpen = false;
      })
      .finally(() => {
        member.isLooking = false;
        // Woken when it had just looked.
        if (member.isWoken && member.isOpen) wake(member);
      });
  }

  function noteChange({ entryId, kind }: LogEvent): void {
    if (entryId === null || (kind !== 'list_joined' && kind !== 'list_left') || !byList.has(entryId)) return;
    versions.set(entryId, (versions.get(entryId) ?? 0) + 1);
    forget(entryId);
  }

  /** Whether any that is gone may be in lists by reposts. Without an answer it is. */
  async function wasBroughtIn(events: readonly LogEvent[]): Promise<boolean> {
    if (open.size === 0) return false;
    const gone = events.flatMap(({ kind, post }) => (kind === 'post_removed' && post ? [post.id] : []));
    try {
      return await isAnyReposted(sql, gone);
    } catch (error) {
      logger.warn({ err: error }, 'whether posts were reposted is not known');
      return true;
    }
  }

  function concernedBy({ authorId, entryId, kind, subjectId }: LogEvent): Iterable<Member> {
    switch (kind) {
      case 'post':
      case 'post_removed':
      case 'repost':
      case 'repost_removed':
        return [...listsOf.of(authorId)].flatMap((listId) => [...byList.of(listId)]);
      case 'list_joined':
      case 'list_left':
      case 'list_closed':
        return byList.of(entryId ?? 0n);
      case 'block':
      case 'mute':
      case 'unfollow':
        return [...byReader.of(authorId), ...byReader.of(subjectId ?? 0n)];
      // Somebody in a list may have reposted what they wrote, or they may be whose list it is. It is rare.
      case 'private':
      case 'suspended':
        return open;
      default:
        return [];
    }
  }

  return {
    async onEvents(events) {
      const last = events.at(-1);
      if (!last) return;
      const isForAll = await wasBroughtIn(events);
      position = { ...position, seq: last.seq };
      for (const event of events) noteChange(event);
      const concerned = isForAll ? open : new Set(events.flatMap((event) => [...concernedBy(event)]));
      for (const member of concerned) wake(member);
    },
    onReset(head) {
      position = head;
      for (const member of open) {
        member.from = head.seq;
        member.life++;
        member.queue.push({ type: 'Reset', reason: 'REBUILT', ...head });
      }
    },
    open(source, from, queue) {
      const member: Member = {
        source,
        queue,
        from,
        life: 0,
        isWoken: false,
        isLooking: false,
        hasCaughtUp: false,
        isOpen: true,
      };
      open.add(member);
      byList.add(source.id, member);
      byReader.add(source.readerId ?? 0n, member);
      wake(member);
      return () => {
        member.isOpen = false;
        open.delete(member);
        byList.remove(source.id, member);
        byReader.remove(source.readerId ?? 0n, member);
        if (byList.has(source.id)) return;
        forget(source.id);
        versions.delete(source.id);
      };
    },
  };
}
