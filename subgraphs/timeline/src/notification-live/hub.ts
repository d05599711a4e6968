import {
  createDeliveries,
  createMembersIndex,
  type LiveStreamLimits,
  type Queue,
  type Recipient,
} from '@murmuration/service-kit/subgraph';
import type { Cursored, ResetEvent } from '../log/resumable-streams.ts';
import type { Marker, MarkerName } from '../markers/marker.ts';
import type { Notification } from '../notifications/notification.ts';
import type { NotificationHead } from '../notifications/preferences.ts';
import type { Touched } from './channel.ts';
import type { NotificationListener } from './tail.ts';

/** What a stream carries; `seq` is its place among all notifications. */
export type NotificationEvent =
  | { type: 'NotificationAdded'; seq: bigint; notification: Notification }
  /** It has no place of its own: `seq` is that of what was told before it. */
  | { type: 'MarkerMoved'; seq: bigint; marker: Marker }
  | ResetEvent;

/** As a stream tells it. */
export type CursoredNotification = Cursored<NotificationEvent>;
export type CursoredAddition = Extract<CursoredNotification, { type: 'NotificationAdded' }>;
export type CursoredMarker = Extract<CursoredNotification, { type: 'MarkerMoved' }>;

/** Whether an event shows something that must not be shown once its viewer may not see it any more. */
export function showsNotification({ type }: NotificationEvent): boolean {
  return type === 'NotificationAdded';
}

/** What notifications are to their recipient now; those there is nothing of are left out. @throws when nobody can tell */
export type LookAgain = (recipientId: bigint, ids: readonly bigint[]) => Promise<Notification[]>;

/** Tells a viewer what was told between two places, while it is wanted. */
export type ReplayNotifications = (
  viewerId: bigint,
  range: { after: bigint; through: bigint },
  push: (event: NotificationEvent) => void,
  isWanted: () => boolean,
) => Promise<void>;

/** A stream as the hub holds it. */
interface Member extends Recipient<NotificationEvent> {
  queue: Queue<NotificationEvent>;
  /** What was told up to here is known to the viewer. */
  from: bigint;
  isLive: boolean;
  /** Counts joins, so that one begun before a reset ends and says no more. */
  joins: number;
  /** The place of what it was told last. */
  toldAt: bigint;
  /** The versions of the markers that it was told of. */
  markers: Map<MarkerName, number>;
}

export interface NotificationHub extends NotificationListener {
  hasListeners(): boolean;
  /** Tells those streams of a viewer that do not know it where a marker is. */
  onMoved(viewerId: bigint, marker: Marker): void;
  /** Tells a viewer everything after `from`, first from Postgres and then as it happens. */
  open(viewerId: bigint, from: bigint, queue: Queue<NotificationEvent>): () => void;
  stop(): void;
}

/** Routes what is told in memory, by recipient. */
export function createNotificationHub(options: {
  start: NotificationHead;
  look: LookAgain;
  replay: ReplayNotifications;
  limits: LiveStreamLimits;
}): NotificationHub {
  const { look, replay, limits } = options;
  let position = options.start.seq;
  const byViewer = createMembersIndex<bigint, Member>();
  const deliveries = createDeliveries<NotificationEvent>({ limits, shows: showsNotification });

  function leave(member: Member): void {
    member.joins++;
    member.isLive = false;
    deliveries.withdraw(member);
  }

  /**
   * Replays until nothing is left and goes live in the same tick. The position moves before a notification's listeners are
   * chosen, so it is either replayed or routed, never neither.
   */
  async function join(member: Member, isWanted: () => boolean): Promise<void> {
    const { queue, viewerId } = member;
    const push = (event: NotificationEvent) => void (isWanted() && queue.push(event));
    while (isWanted() && member.from < position) {
      const through = position;
      await replay(viewerId, { after: member.from, through }, push, isWanted);
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

  function send({ id, place, recipientId }: Touched): void {
    const members = [...byViewer.of(recipientId)].filter(({ from, isLive }) => isLive && place > from);
    const ask = async (): Promise<Map<bigint, NotificationEvent | Error>> => {
      try {
        const [notification] = await look(recipientId, [id]);
        if (!notification) return new Map();
        return new Map([[recipientId, { type: 'NotificationAdded', seq: place, notification }]]);
      } catch (error) {
        return new Map([[recipientId, error instanceof Error ? error : new Error(String(error))]]);
      }
    };
    deliveries.send({ turnOf: recipientId, ask }, members);
  }

  return {
    listeners: () => [...byViewer.keys()],
    hasListeners: () => byViewer.size() > 0,
    onMoved(viewerId, marker) {
      for (const { markers, queue, toldAt } of byViewer.of(viewerId)) {
        if ((markers.get(marker.name) ?? 0) >= marker.version) continue;
        markers.set(marker.name, marker.version);
        queue.push({ type: 'MarkerMoved', seq: toldAt, marker });
      }
    },
    stop: deliveries.stop,
    async onTouched(touched, head, of) {
      await deliveries.room();
      position = head;
      for (const one of touched) if (byViewer.has(one.recipientId)) send(one);
      // Who came while it was read is in none of it: they read it themselves.
      const known = of && new Set(of);
      for (const viewerId of byViewer.keys()) {
        if (!known || known.has(viewerId)) continue;
        for (const member of byViewer.of(viewerId)) {
          leave(member);
          start(member);
        }
      }
    },
    onReset({ incarnation, seq }) {
      position = seq;
      for (const viewerId of byViewer.keys()) {
        for (const member of byViewer.of(viewerId)) {
          leave(member);
          member.from = seq;
          member.queue.push({ type: 'Reset', reason: 'REBUILT', seq, incarnation });
          start(member);
        }
      }
    },
    open(viewerId, from, queue) {
      const member: Member = {
        viewerId,
        from,
        queue: {
          ...queue,
          push(event, sinceMs) {
            member.toldAt = event.seq;
            queue.push(event, sinceMs);
          },
        },
        isLive: false,
        joins: 0,
        toldAt: from,
        markers: new Map(),
        onTheirWay: [],
      };
      byViewer.add(viewerId, member);
      start(member);
      return () => {
        leave(member);
        byViewer.remove(viewerId, member);
      };
    },
  };
}
