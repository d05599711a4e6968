/** Work on a stream whose results come out in the order in which the items went in. */
export interface OrderedWork<In, Out> {
  /** False when the queue is full: the consumer is too slow and the stream must end. */
  push(item: In): boolean;
  /** What is in the queue is still worked off. */
  end(): void;
  /** What is in the queue is dropped; the reader gets the error. */
  fail(error: Error): void;
  results: AsyncGenerator<Out, void>;
}

interface Slot<In, Out> {
  item: In;
  result: Promise<Out> | undefined;
}

/**
 * Works on up to `concurrency` items at a time and keeps their order. At most `longest` wait, so that a
 * consumer who does not read costs bounded memory.
 */
export function createOrderedWork<In, Out>(
  work: (item: In) => Promise<Out>,
  limits: { concurrency: number; longest: number; onStop(): void },
): OrderedWork<In, Out> {
  const slots: Slot<In, Out>[] = [];
  let state: State = { phase: 'open' };
  let wake: () => void = () => undefined;

  function startSome(): void {
    for (const slot of slots.slice(0, limits.concurrency)) {
      if (slot.result) continue;
      slot.result = work(slot.item);
      slot.result.catch(() => undefined); // the reader gets it, perhaps later
    }
  }
  function change(next: State): void {
    if (state.phase !== 'open' && next.phase !== 'stopped') return;
    state = next;
    wake();
  }

  async function next(): Promise<IteratorResult<Out, void>> {
    while (state.phase !== 'stopped') {
      if (state.phase === 'failed') throw state.error;
      const [first] = slots;
      if (first?.result) {
        const value = await first.result;
        if (isStopped(state)) break;
        slots.shift();
        startSome();
        return { done: false, value };
      }
      if (state.phase === 'ended') break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return { done: true, value: undefined };
  }

  return {
    push(item) {
      if (state.phase !== 'open') return true;
      if (slots.length >= limits.longest) return false;
      slots.push({ item, result: undefined });
      startSome();
      wake();
      return true;
    },
    end: () => change({ phase: 'ended' }),
    fail: (error) => change({ phase: 'failed', error }),
    results: generatorOf(next, () => {
      slots.length = 0;
      change({ phase: 'stopped' });
      limits.onStop();
    }),
  };
}

type State =
  | { phase: 'open' }
  | { phase: 'ended' }
  | { phase: 'failed'; error: Error }
  | { phase: 'stopped' };

/** Asked anew after an `await`, where the compiler still believes the older answer. */
function isStopped(state: State): boolean {
  return state.phase === 'stopped';
}

/**
 * A generator by hand: `return()` of an `async function*` waits for the pending `next()`, and with no event
 * coming that would keep what was subscribed for ever.
 */
function generatorOf<T>(
  next: () => Promise<IteratorResult<T, void>>,
  stop: () => void,
): AsyncGenerator<T, void> {
  return {
    next,
    async return() {
      stop();
      return { done: true, value: undefined };
    },
    async throw(error) {
      stop();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      stop();
    },
  };
}
