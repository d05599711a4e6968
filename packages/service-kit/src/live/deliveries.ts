import pLimit from 'p-limit';
import type { LiveStreamLimits } from './limits.ts';
import type { Queue } from './queue.ts';
import { tryAgain } from './try-again.ts';

/** A stream, as far as it is told events. */
export interface Recipient<Item> {
  readonly viewerId: bigint;
  readonly queue: Pick<Queue<Item>, 'push' | 'fail'>;
  /** Events on their way, in the log's order: one whose answer is there waits for those before it. */
  readonly onTheirWay: Routing<Item>[];
}

/** An event, as far as telling it goes. */
export interface Delivery<Item> {
  /** Whose events are looked at one after the other: usually the author. */
  readonly turnOf: bigint;
  /**
   * What the event is to some viewers. Those whom it is nothing to are left out, and those of whom nobody can tell
   * right now are errors: they are asked about again.
   */
  ask(viewerIds: readonly bigint[]): Promise<ReadonlyMap<bigint, Item | Error>>;
}

/** An event on its way to its recipients. */
interface Routing<Item> {
  delivery: Delivery<Item>;
  recipients: Map<bigint, Set<Recipient<Item>>>;
  /** Viewers of whom it is not known yet what the event is to them. */
  unanswered: Set<bigint>;
  answers: Map<bigint, { item: Item | null; atMs: number }>;
  isBeingAnswered: boolean;
}

export interface Deliveries<Item> {
  /** Sends an event on its way. Recipients are told it in the order in which this is called. */
  send(delivery: Delivery<Item>, recipients: readonly Recipient<Item>[]): void;
  /** Takes everything back that a recipient was not told yet. */
  withdraw(recipient: Recipient<Item>): void;
  /** Resolves when few enough pairs of event and stream are on their way. */
  room(): Promise<void>;
  stop(): void;
}

/**
 * Order is kept by stream: events of different turns are looked at side by side, those of one after the other. Whose
 * answer is not known is asked for again and told nothing meanwhile; past `liveMaxWaitMs` the stream ends before the event.
 */
export function createDeliveries<Item>(options: {
  limits: LiveStreamLimits;
  /** Whether an item shows something that must not be shown once its viewer may not see it any more. */
  shows: (item: Item) => boolean;
}): Deliveries<Item> {
  const { limits, shows } = options;
  const atOnce = pLimit(limits.liveRoutingsAtOnce);
  const lastOf = new Map<bigint, Promise<void>>();
  const waitingForRoom: (() => void)[] = [];
  let pairs = 0;
  let hasStopped = false;

  function letIn(): void {
    if (pairs < limits.livePairs || hasStopped) for (const resolve of waitingForRoom.splice(0)) resolve();
  }

  function inTurnOf(turn: bigint, task: () => Promise<void>): void {
    const mine = (lastOf.get(turn) ?? Promise.resolve()).then(task).finally(() => {
      if (lastOf.get(turn) === mine) lastOf.delete(turn);
    });
    lastOf.set(turn, mine);
  }

  /** @throws what is not known of some, after everybody else was told */
  async function answer(routing: Routing<Item>): Promise<void> {
    const asked = [...routing.unanswered];
    const told = await routing.delivery.ask(asked);
    const atMs = performance.now();
    let unknown: Error | undefined;
    for (const viewerId of asked) {
      const item = told.get(viewerId) ?? null;
      if (item instanceof Error) unknown = item;
      else if (routing.unanswered.delete(viewerId)) routing.answers.set(viewerId, { item, atMs });
    }
    for (const viewerId of asked) for (const each of routing.recipients.get(viewerId) ?? []) deliver(each);
    if (unknown) throw unknown;
  }

  async function answerAll(routing: Routing<Item>): Promise<void> {
    const isWanted = () => routing.unanswered.size > 0 && !hasStopped;
    try {
      while (isWanted()) await tryAgain(() => atOnce(() => answer(routing)), isWanted, limits);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const cut = [...routing.unanswered].flatMap((viewerId) => [
        ...(routing.recipients.get(viewerId) ?? []),
      ]);
      for (const recipient of cut) {
        withdraw(recipient);
        recipient.queue.fail(failure);
      }
    }
    routing.isBeingAnswered = false;
  }

  function askAgain(routing: Routing<Item>, viewerId: bigint): void {
    routing.answers.delete(viewerId);
    routing.unanswered.add(viewerId);
    // Many streams come here in one turn, and are asked about in one.
    start(routing);
  }

  function start(routing: Routing<Item>): void {
    if (routing.isBeingAnswered) return;
    routing.isBeingAnswered = true;
    inTurnOf(routing.delivery.turnOf, () => answerAll(routing));
  }

  function deliver(recipient: Recipient<Item>): void {
    const { viewerId, queue, onTheirWay } = recipient;
    for (let next = onTheirWay[0]; next; next = onTheirWay[0]) {
      const answered = next.answers.get(viewerId);
      if (!answered) return;
      const { item, atMs } = answered;
      // It waited for others: somebody may have blocked somebody meanwhile.
      if (item && shows(item) && performance.now() - atMs > limits.liveFreshMs)
        return askAgain(next, viewerId);
      drop(recipient, next);
      onTheirWay.shift();
      if (item) queue.push(item, atMs);
    }
  }

  function drop(recipient: Recipient<Item>, routing: Routing<Item>): void {
    const { viewerId } = recipient;
    const streams = routing.recipients.get(viewerId);
    if (!streams?.delete(recipient)) return;
    pairs--;
    if (streams.size === 0) {
      routing.recipients.delete(viewerId);
      routing.unanswered.delete(viewerId);
      routing.answers.delete(viewerId);
    }
    letIn();
  }

  function withdraw(recipient: Recipient<Item>): void {
    for (const routing of recipient.onTheirWay.splice(0)) drop(recipient, routing);
  }

  return {
    send(delivery, recipients) {
      if (recipients.length === 0) return;
      const routing: Routing<Item> = {
        delivery,
        recipients: new Map(),
        unanswered: new Set(),
        answers: new Map(),
        isBeingAnswered: false,
      };
      for (const recipient of recipients) {
        const streams = routing.recipients.get(recipient.viewerId) ?? new Set();
        routing.recipients.set(recipient.viewerId, streams.add(recipient));
        routing.unanswered.add(recipient.viewerId);
        recipient.onTheirWay.push(routing);
      }
      pairs += recipients.length;
      start(routing);
    },
    withdraw,
    room: () =>
      new Promise((resolve) => {
        waitingForRoom.push(resolve);
        letIn();
      }),
    stop() {
      hasStopped = true;
      letIn();
    },
  };
}
