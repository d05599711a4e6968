import { SlowConsumer } from '../subgraph/live-codes.ts';
import {
  countStreamEnd,
  liveEventsSent,
  liveEventWait,
  liveStreamStarts,
  type StreamEndReason,
} from './metrics.ts';
import type { Queue, Queued } from './queue.ts';

/** A stream that can be read one by one, or hand over what comes in the turn in which it comes. */
export interface Pourable<T> extends AsyncIterableIterator<T> {
  /**
   * Instead of reading. What `take` returns is waited for before the next. Resolves with the stream's end.
   * @throws what a reader would be thrown
   */
  pour(take: (event: T) => Promise<void> | undefined): Promise<void>;
}

/** Looking a label up took longer than counting. */
const sentOf = new Map<string, ReturnType<typeof liveEventsSent.labels>>();

function countTold(type: string, queuedAtMs: number): void {
  let sent = sentOf.get(type);
  if (!sent) sentOf.set(type, (sent = liveEventsSent.labels(type)));
  sent.inc();
  liveEventWait.observe((performance.now() - queuedAtMs) / 1_000);
}

/**
 * What a subscription's resolver returns: the queue's items as they are told, until either side ends it.
 * @param tell makes of an item what the stream carries; null leaves it out
 * @param onEnd called once, when the stream ends for whatever reason
 */
export function streamOf<Item, Event extends { type: string }>(
  queue: Queue<Item>,
  tell: (queued: Queued<Item>) => Promise<Event | null> | Event | null,
  onEnd: () => void,
): Pourable<Event> {
  let isOpen = true;

  liveStreamStarts.inc();

  function end(because: StreamEndReason): void {
    if (!isOpen) return;
    isOpen = false;
    countStreamEnd(because);
    onEnd();
    queue.end();
  }

  async function next(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      const queued = await queue.take();
      if (!queued) return { done: true, value: undefined };
      const event = await tell(queued);
      if (!event) continue;
      countTold(event.type, queued.queuedAtMs);
      return { done: false, value: event };
    }
  }

  return {
    async next() {
      try {
        return await next();
      } catch (error) {
        end(reasonOf(error));
        throw error;
      }
    },
    async pour(take) {
      try {
        await queue.pour((queued) => {
          const event = tell(queued);
          const pass = (told: Event | null) => {
            if (!told) return undefined;
            countTold(told.type, queued.queuedAtMs);
            return take(told);
          };
          return event instanceof Promise ? event.then(pass) : pass(event);
        });
      } catch (error) {
        end(reasonOf(error));
        throw error;
      }
    },
    async return() {
      end('left');
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function reasonOf(error: unknown): StreamEndReason {
  return error instanceof SlowConsumer ? 'slow' : 'failed';
}
