/** Results that are read one by one, or poured out as they come. */
export interface Results<T> extends AsyncGenerator<T, void> {
  /**
   * Instead of reading: `take` gets each result in the turn in which it is there. What it returns is waited for before the
   * next. Resolves with the end, for whichever reason.
   * @throws what a reader would be thrown
   */
  pour(take: (result: T) => Promise<void> | undefined): Promise<void>;
}

/** Work on a stream whose results come out in the order in which the items went in. */
export interface OrderedWork<In, Out> {
  /** False when the queue is full: the item is not taken. Who pushes waits for `onRoom`, or ends the stream. */
  push(item: In): boolean;
  /** What is in the queue is still worked off, and this comes after it. */
  end(last?: Out): void;
  /** What is in the queue is dropped; the reader gets the error. */
  fail(error: Error): void;
  results: Results<Out>;
}

/** What became of an item: nothing to tell, or a result, which may be the last one. */
export interface Worked<Out> {
  result?: Out;
  isLast?: boolean;
}

/** `outcome` is there once it is known. */
interface Slot<In, Out> {
  item: In;
  isBegun: boolean;
  outcome: Worked<Out> | { error: unknown } | undefined;
}

/** What a reader gets next. */
type Step<Out> = { kind: 'result'; result: Out } | { kind: 'over' } | { kind: 'failed'; error: unknown };

/**
 * Works on up to `concurrency` items at a time and keeps their order. At most `longest` wait, so that a
 * consumer who does not read costs bounded memory. Nothing comes after what is the last.
 */
export function createOrderedWork<In, Out>(
  work: (item: In) => Worked<Out> | Promise<Worked<Out>>,
  limits: {
    concurrency: number;
    longest: number;
    onStop(): void;
    /**
     * Asked when a result's turn has come. True when its item shall come again, and everything behind it: then it is not
     * told, and what waits is dropped.
     */
    comesAgain?(item: In): boolean;
    /** Told by how many more, or fewer, wait. */
    onWaiting?(change: number): void;
    /** Called once half of the queue is free after an item was not taken. */
    onRoom?(): void;
  },
): OrderedWork<In, Out> {
  const slots: Slot<In, Out>[] = [];
  let state: State<Out> = { phase: 'open' };
  /** Goes on with whoever waits for a result. */
  let wake: () => void = ignore;
  let counted = 0;
  let isRefusing = false;

  /** What is taken in the turn in which it comes has not waited. */
  function count(): void {
    const change = slots.length - counted;
    counted = slots.length;
    if (change !== 0) limits.onWaiting?.(change);
    if (!isRefusing || slots.length > limits.longest / 2) return;
    isRefusing = false;
    if (state.phase === 'open') limits.onRoom?.();
  }

  function begin(slot: Slot<In, Out>): void {
    slot.isBegun = true;
    const settle = (outcome: Slot<In, Out>['outcome']) => {
      slot.outcome = outcome;
      if (slots[0] === slot) wake();
      count();
    };
    try {
      const worked = work(slot.item);
      if (worked instanceof Promise) worked.then(settle, (error: unknown) => settle({ error }));
      else slot.outcome = worked;
    } catch (error) {
      slot.outcome = { error };
    }
  }

  function beginSome(): void {
    const end = Math.min(slots.length, limits.concurrency);
    for (let i = 0; i < end; i++) {
      const slot = slots[i];
      if (slot && !slot.isBegun) begin(slot);
    }
  }

  function change(next: State<Out>): void {
    if (state.phase !== 'open' && next.phase !== 'stopped') return;
    state = next;
    wake();
  }

  /** Undefined while there is nothing yet. */
  function step(): Step<Out> | undefined {
    for (;;) {
      if (state.phase === 'stopped') return { kind: 'over' };
      if (state.phase === 'failed') return failed(state.error);
      const [first] = slots;
      if (!first) {
        if (state.phase === 'open') return undefined;
        const { last } = state;
        stop();
        return last === undefined ? { kind: 'over' } : { kind: 'result', result: last };
      }
      const { outcome } = first;
      if (!outcome) return undefined;
      if ('error' in outcome) return failed(outcome.error);
      if (outcome.result !== undefined && isDropped(first.item)) continue;
      slots.shift();
      if (outcome.isLast) stop();
      else beginSome();
      if (outcome.result !== undefined) return { kind: 'result', result: outcome.result };
    }
  }

  function isDropped(item: In): boolean {
    const waiting = slots.length;
    if (!limits.comesAgain?.(item)) return false;
    slots.splice(0, waiting);
    beginSome();
    return true;
  }

  function failed(error: unknown): Step<Out> {
    stop();
    return { kind: 'failed', error };
  }

  async function next(): Promise<IteratorResult<Out, void>> {
    for (;;) {
      const found = step();
      count();
      switch (found?.kind) {
        case undefined:
          await new Promise<void>((resolve) => (wake = resolve));
          break;
        case 'result':
          return { done: false, value: found.result };
        case 'over':
          return { done: true, value: undefined };
        case 'failed':
          throw found.error;
        default:
          return found satisfies never;
      }
    }
  }

  function pour(take: (result: Out) => Promise<void> | undefined): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    let isTaking = false;
    const goOn = () => {
      isTaking = false;
      flow();
      count();
    };
    // What `take` does may wake us in the midst of it: then it is the loop that goes on.
    function flow(): void {
      while (!isTaking) {
        isTaking = true;
        const found = step();
        if (found?.kind === 'over') return resolve();
        if (found?.kind === 'failed') return reject(found.error);
        const waits = found && take(found.result);
        if (waits) return void waits.then(goOn, reject);
        isTaking = false;
        if (!found) return;
      }
    }
    wake = flow;
    flow();
    count();
    return promise;
  }

  function stop(): void {
    if (state.phase === 'stopped') return;
    slots.length = 0;
    count();
    change({ phase: 'stopped' });
    limits.onStop();
  }

  return {
    push(item) {
      if (state.phase !== 'open') return true;
      if (slots.length >= limits.longest) {
        isRefusing = true;
        return false;
      }
      slots.push({ item, isBegun: false, outcome: undefined });
      beginSome();
      wake();
      count();
      return true;
    },
    end: (last) => change({ phase: 'ended', last }),
    fail: (error) => change({ phase: 'failed', error }),
    results: resultsOf(next, pour, stop),
  };
}

type State<Out> =
  | { phase: 'open' }
  | { phase: 'ended'; last: Out | undefined }
  | { phase: 'failed'; error: Error }
  | { phase: 'stopped' };

function ignore(): void {}

/**
 * A generator by hand: `return()` of an `async function*` waits for the pending `next()`, and with no event
 * coming that would keep what was subscribed for ever.
 */
function resultsOf<T>(
  next: () => Promise<IteratorResult<T, void>>,
  pour: Results<T>['pour'],
  stop: () => void,
): Results<T> {
  return {
    next,
    pour,
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
