import { createMembersIndex, type Queue } from '@murmuration/service-kit/subgraph';
import type { Logger } from '@murmuration/service-kit';
import pLimit from 'p-limit';
import { isAnyReposted } from '../belonging/repost-viewers.ts';
import type { ListSource } from '../belonging/source.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogHead } from '../log/head.ts';
import type { LogEvent } from '../log/log-event.ts';
import type { LiveEvent } from './live-event.ts';
import type { ReplayTogether } from './replay-together.ts';
import type { Replay } from './replayer.ts';
import type { TailListener } from './tail.ts';
import { createWatchedLists } from './watched-lists.ts';

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
 * page. The readers of a list who have caught up look together, each by their own sight: that takes as many statements as one of them alone.
 */
export function createListHub(options: {
  sql: Sql;
  start: LogHead;
  replay: Replay;
  together: ReplayTogether;
  /** Of some readers those for whom a list exists right now. */
  readersAmong: (
    listId: bigint,
    readerIds: readonly (bigint | null)[],
  ) => Promise<ReadonlySet<bigint | null>>;
  /** @throws what ends a stream whose list does not exist for its reader any more */
  requireList: (source: ListSource) => Promise<void>;
  logger: Logger;
  limits?: TimelineLimits;
}): ListHub {
  const { logger, readersAmong, replay, requireList, sql, together, limits = timelineLimits } = options;
  let position = options.start;
  const open = new Set<Member>();
  const byList = createMembersIndex<bigint, Member>();
  const byReader = createMembersIndex<bigint, Member>();
  const watched = createWatchedLists(sql, byList.has);
  const atOnce = pLimit(limits.liveRoutingsAtOnce);
  /** Lists whose readers look together right now. */
  const looking = new Set<bigint>();

  /** It is known who wakes it before it is known through where it looks: what comes later wakes it again. */
  async function look(member: Member, room: () => Promise<void>): Promise<void> {
    const { queue, source } = member;
    while (member.isWoken && member.isOpen) {
      member.isWoken = false;
      await requireList(source);
      await watched.learn(source.id);
      const { from: after, life } = member;
      const through = position.seq;
      const isWanted = () => member.isOpen && member.life === life;
      const sink = { room, push: (item: LiveEvent) => isWanted() && queue.push(item) };
      await replay(source, { after, through }, sink, isWanted);
      if (isWanted()) member.from = through;
    }
  }

  /**
   * What was missed is told as fast as its reader takes it. After that few look at a time, and nobody waits for a reader: who does
   * not keep up is dropped, as everywhere.
   */
  async function lookInTurn(member: Member): Promise<void> {
    if (member.hasCaughtUp) return atOnce(() => look(member, () => Promise.resolve()));
    await look(member, member.queue.room);
    member.hasCaughtUp = true;
  }

  function fail(member: Member, error: unknown): void {
    if (member.isOpen) member.queue.fail(error instanceof Error ? error : new Error(String(error)));
    member.isOpen = false;
  }

  function wake(members: Iterable<Member>): void {
    const lists = new Set<bigint>();
    for (const member of members) {
      member.isWoken = true;
      if (member.hasCaughtUp) lists.add(member.source.id);
      else if (!member.isLooking) lookAlone(member);
    }
    for (const listId of lists) if (!looking.has(listId)) void lookTogether(listId);
  }

  function lookAlone(member: Member): void {
    member.isLooking = true;
    member.isWoken = true;
    lookInTurn(member)
      .catch((error: unknown) => fail(member, error))
      .finally(() => {
        member.isLooking = false;
        // Woken when it had just looked.
        if (member.isWoken && member.isOpen) wake([member]);
      });
  }

  /** Those who have caught up and were woken since they looked, at most so many at a time. */
  function wokenOf(listId: bigint): Member[] {
    const woken = [...byList.of(listId)].filter(
      ({ hasCaughtUp, isLooking, isOpen, isWoken }) => hasCaughtUp && isWoken && isOpen && !isLooking,
    );
    return woken.slice(0, limits.listReadersAtOnce);
  }

  async function lookTogether(listId: bigint): Promise<void> {
    looking.add(listId);
    for (let woken = wokenOf(listId); woken.length > 0; woken = wokenOf(listId)) {
      const members = woken;
      await atOnce(() => lookOnce(listId, members)).catch((error: unknown) => {
        for (const member of members) fail(member, error);
      });
    }
    looking.delete(listId);
  }

  /** Who cannot look with the others does so alone: that list may be gone for them, or it is more than a page. */
  async function lookOnce(listId: bigint, members: readonly Member[]): Promise<void> {
    for (const member of members) member.isWoken = false;
    const readers = await readersAmong(listId, readersOf(members));
    for (const member of members) if (!readers.has(member.source.readerId)) lookAlone(member);
    await watched.learn(listId);
    const through = position.seq;
    const groups = Map.groupBy(
      members.filter(({ source }) => readers.has(source.readerId)),
      ({ from, life }) => `${from} ${life}`,
    );
    for (const group of groups.values()) await tellTogether(listId, group, through);
  }

  async function tellTogether(listId: bigint, group: readonly Member[], through: bigint): Promise<void> {
    const [{ from: after, life } = { from: through, life: 0 }] = group;
    const told = await together(listId, readersOf(group), { after, through });
    for (const member of group) {
      if (!member.isOpen || member.life !== life) continue;
      const events = told.get(member.source.readerId);
      if (!events) {
        lookAlone(member);
        continue;
      }
      for (const event of events) member.queue.push(event);
      member.from = through;
    }
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
        return [...watched.listsOf(authorId)].flatMap((listId) => [...byList.of(listId)]);
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
      for (const event of events) watched.noteChange(event);
      const concerned = isForAll ? open : new Set(events.flatMap((event) => [...concernedBy(event)]));
      wake(concerned);
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
      wake([member]);
      return () => {
        member.isOpen = false;
        open.delete(member);
        byList.remove(source.id, member);
        byReader.remove(source.readerId ?? 0n, member);
        if (!byList.has(source.id)) watched.leave(source.id);
      };
    },
  };
}

/** Each once: somebody may have several devices. */
function readersOf(members: readonly Member[]): (bigint | null)[] {
  return [...new Set(members.map(({ source }) => source.readerId))];
}
