/** One event's wait for a part of the graph that is away. */
export interface Wait {
  /** As if it had begun so early, by `performance.now()`: what was waited in vain before counts. */
  readonly begunMs: number;
  /** False once the event comes again: nobody waits for this one any more. */
  isOn(): boolean;
  end(): void;
}

/**
 * What waits in one stream for a part of the graph. Its owner looked at those events before they waited, and at those that
 * came meanwhile and stand behind them: somebody may have hidden somebody since. So they are not told as they are; they
 * come again from their owner, who looks anew. Each stream does so when its own try has succeeded, and tries have jitter.
 */
export interface Waits {
  /** Tells from now on whether what has begun now is still worked for: false once it comes again. */
  round(): () => boolean;
  /** @param begunMs when its first try, which found something away, had begun */
  begin(event: { readonly arrivedAtMs: number }, begunMs: number): Wait;
  /** Whether something waits now. */
  areSome(): boolean;
  /** Whether an event waited for longer than its owner's look at it is believed, by itself or behind another. */
  isDoubtful(event: { readonly arrivedAtMs: number }): boolean;
  /** This event comes again, with all behind it. */
  comesAgain(event: { readonly arrivedAtMs: number }): void;
  /** An event was told. */
  told(): void;
}

/** @param believedForMs how long an event may be told after its owner looked at it, although something was away */
export function createWaits(believedForMs: number): Waits {
  let round = 0;
  let waiting = 0;
  let doubtfulBeforeMs = -Infinity;
  /** Waited for what then had to come again, since an event was told: a part that flaps shall not hold a stream for ever. */
  let inVainMs = 0;

  function thisRound(): () => boolean {
    const mine = round;
    return () => mine === round;
  }

  return {
    round: thisRound,
    begin({ arrivedAtMs }, begunMs) {
      const isOn = thisRound();
      waiting++;
      return {
        begunMs: begunMs - inVainMs,
        isOn,
        end() {
          if (!isOn()) return;
          waiting--;
          const nowMs = performance.now();
          if (nowMs - arrivedAtMs > believedForMs) doubtfulBeforeMs = nowMs;
        },
      };
    },
    areSome: () => waiting > 0,
    isDoubtful: ({ arrivedAtMs }) => arrivedAtMs < doubtfulBeforeMs,
    comesAgain({ arrivedAtMs }) {
      round++;
      waiting = 0;
      inVainMs += performance.now() - arrivedAtMs;
    },
    told() {
      inVainMs = 0;
    },
  };
}
