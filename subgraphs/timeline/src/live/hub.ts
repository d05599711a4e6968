import type { Logger } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { readFollowees } from './followees.ts';
import type { LiveEvent } from './live-event.ts';
import type { LogEvent, LogHead } from './log-event.ts';
import { liveStreams } from './metrics.ts';
import type { Queue } from './queue.ts';
import type { Replay } from './replayer.ts';
import { viewersOfReposts } from './repost-viewers.ts';
import type { Router } from './router.ts';
import type { Viewer } from './routing.ts';
import type { TailListener } from './tail.ts';

/** A stream as the hub holds it. */
interface Member extends Viewer {
  since: Map<bigint, bigint>;
  /** The place of the log that `since` speaks of. */
  asOf: bigint;
  /** Events up to here are known to the viewer. */
  from: bigint;
  isLive: boolean;
  /** Whom the viewer follows changed while they were joining. */
  isStale: boolean;
  /** Counts joins, so that one begun before a reset ends. */
  joins: number;
  queue: Queue<LiveEvent>;
}

export interface Hub extends TailListener {
  /** The last event routed. */
  position(): LogHead;
  /** Tells a viewer everything after `from`, first from the log and then as it happens. */
  open(viewerId: bigint, from: bigint, queue: Queue<LiveEvent>): () => void;
  count(): number;
}

/** Routes the log in memory: author to the connected viewers who follow them. */
export function createHub(options: {
  sql: Sql;
  start: LogHead;
  route: Router;
  replay: Replay;
  logger: Logger;
}): Hub {
  const { sql, route, replay, logger } = options;
  let position = options.start;
  const members = new Set<Member>();
  const byAuthor = new Map<bigint, Set<Member>>();

  function index(member: Member, authorId: bigint): void {
    const listeners = byAuthor.get(authorId) ?? new Set();
    byAuthor.set(authorId, listeners.add(member));
  }

  function unindex(member: Member, authorId: bigint): void {
    const listeners = byAuthor.get(authorId);
    listeners?.delete(member);
    if (listeners?.size === 0) byAuthor.delete(authorId);
  }

  function leave(member: Member): void {
    member.joins++;
    if (!member.isLive) return;
    member.isLive = false;
    for (const authorId of [member.viewerId, ...member.since.keys()]) unindex(member, authorId);
  }

  /**
   * Replays until nothing is left and goes live in the same tick. The position moves before an event's
   * listeners are chosen, so an event is either replayed or routed, never both and never neither.
   */
  async function join(member: Member): Promise<void> {
    const mine = ++member.joins;
    do {
      member.isStale = false;
      const followees = await readFollowees(sql, member.viewerId);
      if (member.joins !== mine) return;
      Object.assign(member, followees);
      while (member.from < position.seq) {
        const through = position.seq;
        await replay(member.viewerId, { after: member.from, through }, member.queue);
        if (member.joins !== mine) return;
        member.from = through;
      }
    } while (member.isStale);
    member.isLive = true;
    for (const authorId of [member.viewerId, ...member.since.keys()]) index(member, authorId);
  }

  function start(member: Member): void {
    join(member).catch((error: unknown) => {
      member.queue.fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** The viewer's own follows and unfollows change what is routed to them from here on. */
  function follow({ kind, authorId, subjectId, seq }: LogEvent): void {
    if (subjectId === null) return;
    for (const member of members) {
      if (member.viewerId !== authorId || seq <= member.asOf) continue;
      member.isStale = true;
      if (!member.isLive) continue;
      if (kind === 'follow') {
        member.since.set(subjectId, seq);
        index(member, subjectId);
      } else {
        member.since.delete(subjectId);
        unindex(member, subjectId);
      }
    }
  }

  /** Nobody was told the event: everyone reads it from the log. Who cannot is cut, and resumes by cursor. */
  function replayFrom(seq: bigint): void {
    for (const member of members) {
      if (!member.isLive) continue;
      leave(member);
      if (member.from < seq) member.from = seq;
      start(member);
    }
  }

  async function listenersOf(event: LogEvent): Promise<Member[]> {
    const listeners = new Set(byAuthor.get(event.authorId));
    if (event.kind === 'post_removed' && event.post && members.size > 0) {
      const viewerIds = [...new Set([...members].map(({ viewerId }) => viewerId))];
      const viewers = await viewersOfReposts(sql, event.post.id, viewerIds);
      for (const member of members) if (member.isLive && viewers.has(member.viewerId)) listeners.add(member);
    }
    return [...listeners].filter(({ from }) => event.seq > from);
  }

  async function tell(event: LogEvent): Promise<void> {
    if (event.kind === 'follow' || event.kind === 'unfollow') return follow(event);
    if (!event.post) return;
    const listeners = await listenersOf(event);
    if (listeners.length === 0) return;
    const told = await route(event, listeners);
    for (const { viewerId, queue } of listeners) {
      const live = told.get(viewerId);
      if (live) queue.push(live);
    }
  }

  return {
    position: () => position,
    count: () => members.size,
    async onEvents(events) {
      for (const event of events) {
        position = { ...position, seq: event.seq };
        try {
          await tell(event);
        } catch (error) {
          logger.warn({ err: error, seq: String(event.seq) }, 'an event could not be routed and is replayed');
          replayFrom(event.seq - 1n);
        }
      }
    },
    onReset(head) {
      position = head;
      for (const member of members) {
        leave(member);
        member.from = head.seq;
        member.queue.push({ type: 'Reset', reason: 'REBUILT', ...head });
        start(member);
      }
    },
    open(viewerId, from, queue) {
      const member: Member = {
        viewerId,
        since: new Map(),
        asOf: 0n,
        from,
        isLive: false,
        isStale: false,
        joins: 0,
        queue,
      };
      members.add(member);
      liveStreams.set(members.size);
      start(member);
      return () => {
        leave(member);
        members.delete(member);
        liveStreams.set(members.size);
      };
    },
  };
}
