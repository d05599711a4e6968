import pLimit from 'p-limit';
import type { LiveStreamLimits } from './limits.ts';
import type { Queue } from './queue.ts';
import { tryAgain } from './try-again.ts';

/** A stream, as far as it is told events. */
export interface Recipient<Item> {
  readonly viewerId: bigint;
  readonly queue: Pick<Queue<Item>, 'push' | 'fail'>;
  /** Events on their way, in the log's order: one whose answer is there waits for those before it. */
  readonly onTheirWay: Addressed<Item>[];
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
  readonly delivery: Delivery<Item>;
  /** To those of whom it is not known yet what the event is to them. */
  unanswered: Addressed<Item>[];
  isBeingAnswered: boolean;
}

/**
 * An event on its way to one viewer, with all of their streams. One object that both sides hold: a map by viewers, looked up at
 * each step of each event, took a tenth of a busy process.
 */
interface Addressed<Item> {
  readonly routing: Routing<Item>;
  readonly viewerId: bigint;
  readonly recipients: Recipient<Item>[];
  /** Recipients that were not told yet. */
  waiting: number;
  /** Null: nothing. */
  answer: { readonly item: Item | null; readonly atMs: number } | undefined;
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
    const asked = routing.unanswered.filter(isWaitedFor);
    // Who is to be asked about again while others are comes into the next list.
    routing.unanswered = [];
    let told: ReadonlyMap<bigint, Item | Error>;
    try {
      told = await routing.delivery.ask(asked.map(({ viewerId }) => viewerId));
    } catch (error) {
      routing.unanswered.push(...asked);
      throw error;
    }
    const atMs = performance.now();
    let unknown: Error | undefined;
    for (const addressed of asked) {
      const item = told.get(addressed.viewerId) ?? null;
      if (item instanceof Error) {
        unknown = item;
        routing.unanswered.push(addressed);
      } else addressed.answer = { item, atMs };
    }
    for (const { recipients } of asked) for (const recipient of recipients) deliver(recipient);
    if (unknown) throw unknown;
  }

  async function answerAll(routing: Routing<Item>): Promise<void> {
    const isWanted = () => !hasStopped && routing.unanswered.some(isWaitedFor);
    try {
      while (isWanted()) await tryAgain(() => atOnce(() => answer(routing)), isWanted, limits);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const cut = routing.unanswered.flatMap((addressed) =>
        addressed.recipients.filter(({ onTheirWay }) => onTheirWay.includes(addressed)),
      );
      for (const recipient of cut) {
        withdraw(recipient);
        recipient.queue.fail(failure);
      }
    }
    routing.unanswered = [];
    routing.isBeingAnswered = false;
  }

  function askAgain(addressed: Addressed<Item>): void {
    const { routing } = addressed;
    addressed.answer = undefined;
    routing.unanswered.push(addressed);
    // Many streams come here in one turn, and are asked about in one.
    start(routing);
  }

  function start(routing: Routing<Item>): void {
    if (routing.isBeingAnswered) return;
    routing.isBeingAnswered = true;
    inTurnOf(routing.delivery.turnOf, () => answerAll(routing));
  }

  function deliver({ onTheirWay, queue }: Recipient<Item>): void {
    for (let next = onTheirWay[0]; next; next = onTheirWay[0]) {
      if (!next.answer) return;
      const { item, atMs } = next.answer;
      // It waited for others: somebody may have blocked somebody meanwhile.
      if (item && shows(item) && performance.now() - atMs > limits.liveFreshMs) return askAgain(next);
      onTheirWay.shift();
      drop(next);
      if (item) queue.push(item, atMs);
    }
  }

  function drop(addressed: Addressed<Item>): void {
    addressed.waiting--;
    pairs--;
    letIn();
  }

  function withdraw({ onTheirWay }: Recipient<Item>): void {
    for (const addressed of onTheirWay.splice(0)) drop(addressed);
  }

  return {
    send(delivery, recipients) {
      if (recipients.length === 0) return;
      const routing: Routing<Item> = { delivery, unanswered: [], isBeingAnswered: false };
      const byViewer = new Map<bigint, Addressed<Item>>();
      for (const recipient of recipients) {
        const { viewerId } = recipient;
        let addressed = byViewer.get(viewerId);
        if (!addressed) {
          addressed = { routing, viewerId, recipients: [], waiting: 0, answer: undefined };
          byViewer.set(viewerId, addressed);
          routing.unanswered.push(addressed);
        }
        addressed.recipients.push(recipient);
        addressed.waiting++;
        recipient.onTheirWay.push(addressed);
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

/** Not so when all of their streams have left. */
function isWaitedFor({ waiting }: { waiting: number }): boolean {
  return waiting > 0;
}
