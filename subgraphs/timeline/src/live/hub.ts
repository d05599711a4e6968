import type { Logger } from '@murmuration/service-kit';
import { createDeliveries, type Queue, type Recipient } from '@murmuration/service-kit/subgraph';
import { isAnyReposted, isAuthorReposted } from '../belonging/repost-viewers.ts';
import { isAddressed } from '../belonging/routing.ts';
import { homeOf } from '../belonging/source.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogHead } from '../log/head.ts';
import type { LogEvent } from '../log/log-event.ts';
import { isHiding } from './hidden-person.ts';
import { type LiveEvent, showsPost } from './live-event.ts';
import { createPeople, type Person } from './people.ts';
import type { Replay } from './replayer.ts';
import type { Router } from './router.ts';
import type { TailListener } from './tail.ts';

/** A stream as the hub holds it. */
interface Member extends Recipient<LiveEvent> {
  person: Person<Member>;
  queue: Queue<LiveEvent>;
  /** Events up to here are known to the viewer. */
  from: bigint;
  isLive: boolean;
  /** Counts joins, so that one begun before a reset ends and says no more. */
  joins: number;
}

export interface Hub extends TailListener {
  /** The last event routed. */
  position(): LogHead;
  /** Tells a viewer everything after `from`, first from the log and then as it happens. */
  open(viewerId: bigint, from: bigint, queue: Queue<LiveEvent>): () => void;
  count(): number;
  /** Streams that have caught up: what happens is told them by the hub, no more from the log. */
  liveCount(): number;
  stop(): void;
}

/** Routes the log in memory: author to the connected viewers who follow them. */
export function createHub(options: {
  sql: Sql;
  start: LogHead;
  route: Router;
  replay: Replay;
  logger: Logger;
  limits?: TimelineLimits;
}): Hub {
  const { sql, route, replay, logger, limits = timelineLimits } = options;
  let position = options.start;
  const members = new Set<Member>();
  const people = createPeople<Member>(sql, limits);
  const deliveries = createDeliveries<LiveEvent>({ limits, shows: showsPost });

  function leave(member: Member): void {
    member.joins++;
    member.isLive = false;
    deliveries.withdraw(member);
    people.leave(member.person, member);
  }

  /**
   * Replays until nothing is left and goes live in the same tick. The position moves before an event's
   * listeners are chosen, so an event is either replayed or routed, never both and never neither.
   */
  async function join(member: Member, isWanted: () => boolean): Promise<void> {
    const { viewerId, queue } = member;
    const sink = { room: queue.room, push: (item: LiveEvent) => isWanted() && queue.push(item) };
    await member.person.ready;
    while (isWanted() && member.from < position.seq) {
      const through = position.seq;
      await replay(homeOf(viewerId), { after: member.from, through }, sink, isWanted);
      if (isWanted()) member.from = through;
    }
    if (isWanted()) member.isLive = true;
  }

  function start(member: Member): void {
    const mine = ++member.joins;
    const isWanted = () => member.joins === mine;
    join(member, isWanted).catch((error: unknown) => {
      if (isWanted()) member.queue.fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  function liveOf(persons: Iterable<Person<Member>>, seq: bigint): Member[] {
    const live: Member[] = [];
    for (const { streams } of persons)
      for (const member of streams) if (member.isLive && seq > member.from) live.push(member);
    return live;
  }

  /** Whether it may concern anybody, by reposts. Without an answer everybody is asked about. */
  async function isForEverybody({ authorId, kind, post, seq }: LogEvent): Promise<boolean> {
    if (members.size === 0) return false;
    try {
      if (kind === 'private' || kind === 'suspended' || kind === 'block')
        return await isAuthorReposted(sql, authorId);
      return kind === 'post_removed' && post !== null && (await isAnyReposted(sql, [post.id]));
    } catch (error) {
      logger.warn({ err: error, seq: String(seq) }, 'whether a post was reposted is not known');
      return true;
    }
  }

  /** Those whom an event concerns by who they are, or follow. */
  function concernedBy(event: LogEvent): Person<Member>[] {
    const { authorId, kind } = event;
    switch (kind) {
      case 'unfollow':
      case 'mute':
      case 'block':
        return people.among([authorId]);
      case 'suspended':
        return [...people.listenersOf(authorId)].filter(({ viewerId }) => viewerId !== authorId);
      // Who follows goes on seeing them.
      case 'private':
        return [];
      case 'post':
      case 'repost':
        return [...people.listenersOf(authorId)].filter((person) => isAddressed(person, event));
      default:
        return [...people.listenersOf(authorId)];
    }
  }

  /** Everybody whom an event may concern. */
  function everybody({ authorId, kind, subjectId }: LogEvent): Person<Member>[] {
    // Whom a stranger blocked is not told so: they hear of it where a repost has brought that person to them.
    if (kind === 'block') return people.among([authorId, subjectId]);
    const all = [...people.all()];
    if (kind !== 'private' && kind !== 'suspended') return all;
    const spared = new Set(kind === 'private' ? people.listenersOf(authorId) : people.among([authorId]));
    return all.filter((person) => !spared.has(person));
  }

  async function tell(event: LogEvent): Promise<void> {
    if (event.kind === 'follow' || event.kind === 'unfollow') people.follow(event);
    if (!event.post && !isHiding(event)) return;
    const toEverybody = await isForEverybody(event);
    const concerned = concernedBy(event);
    const listeners = liveOf(toEverybody ? everybody(event) : concerned, event.seq);
    const concernedIds = new Set(toEverybody ? concerned.map(({ viewerId }) => viewerId) : []);
    const isConcerned = (viewerId: bigint) => !toEverybody || concernedIds.has(viewerId);
    const ask = (viewerIds: readonly bigint[]) => route(event, viewerIds, isConcerned);
    deliveries.send({ turnOf: event.authorId, ask }, listeners);
  }

  return {
    position: () => position,
    count: () => members.size,
    liveCount: () => [...members].filter(({ isLive }) => isLive).length,
    stop: deliveries.stop,
    async onEvents(events) {
      for (const event of events) {
        await deliveries.room();
        position = { ...position, seq: event.seq };
        await tell(event);
      }
    },
    onReset(head) {
      position = head;
      // All of them first: nobody keeps whom they followed in the projection before.
      for (const member of members) leave(member);
      for (const member of members) {
        member.person = people.find(member.viewerId);
        member.person.streams.add(member);
        member.from = head.seq;
        member.queue.push({ type: 'Reset', reason: 'REBUILT', ...head });
        start(member);
      }
    },
    open(viewerId, from, queue) {
      const person = people.find(viewerId);
      const member: Member = { viewerId, person, from, queue, isLive: false, joins: 0, onTheirWay: [] };
      person.streams.add(member);
      members.add(member);
      start(member);
      return () => {
        leave(member);
        members.delete(member);
      };
    },
  };
}
