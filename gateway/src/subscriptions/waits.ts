/** One event's wait for a part of the graph that is away. */
export interface Wait {
  /** As if it had begun so early, by `performance.now()`: what was waited in vain before counts. */
  readonly begunMs: number;
  /** False once the event comes again: nobody waits for this one any more. */
  isOn(): boolean;
  end(): void;
}

/** When an event came, by `performance.now()`: shortly after its owner looked at it. */
export interface Arrived {
  readonly arrivedAtMs: number;
}

/**
 * What waits in one stream: for a part of the graph that is away, for a busy process, or for a client to read. Its owner
 * looked at it before it waited, and somebody may have hidden somebody since. So it is not told as it is: it comes again from
 * its owner, who looks anew, with all that stands behind it.
 */
export interface Waits {
  /** Tells from now on whether what has begun now is still worked for: false once it comes again. */
  round(): () => boolean;
  /** @param begunMs when its first try, which found something away, had begun */
  begin(event: Arrived, begunMs: number): Wait;
  /** Whether something waits for a part of the graph now. */
  areSome(): boolean;
  /** Whether an event, whose turn to be told it is, has waited for longer than its owner's look at it is believed. */
  isDoubtful(event: Arrived): boolean;
  /** This event comes again, with all behind it. */
  comesAgain(event: Arrived): void;
  /** An event is told. */
  told(event: Arrived): void;
}

/**
 * An event that waited for a part of the graph always comes again: it, or the end of the stream, is told once that part
 * has stayed. Where everything is slow, to hear all of it again would make it slower: then a stream believes its owner twice
 * as long each time, until it keeps up.
 */
export function createWaits({
  believedForMs,
  calmAfterMs,
}: {
  /** How long an event may be told after its owner looked at it. */
  believedForMs: number;
  /** So long after the last time, a stream that keeps up believes as short as at first. */
  calmAfterMs: number;
}): Waits {
  let round = 0;
  let waiting = 0;
  let doubtfulBeforeMs = -Infinity;
  /** Waited for what then had to come again, since an event was told: a part that flaps shall not hold a stream for ever. */
  let inVainMs = 0;
  let believedNowMs = believedForMs;
  let cameAgainAtMs = -Infinity;

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
    isDoubtful: ({ arrivedAtMs }) =>
      arrivedAtMs < doubtfulBeforeMs || performance.now() - arrivedAtMs > believedNowMs,
    comesAgain({ arrivedAtMs }) {
      round++;
      waiting = 0;
      cameAgainAtMs = performance.now();
      inVainMs += cameAgainAtMs - arrivedAtMs;
      if (arrivedAtMs >= doubtfulBeforeMs) believedNowMs *= 2;
    },
    told({ arrivedAtMs }) {
      inVainMs = 0;
      if (believedNowMs === believedForMs) return;
      const nowMs = performance.now();
      const keepsUp = nowMs - arrivedAtMs <= believedForMs;
      if (keepsUp && nowMs - cameAgainAtMs > calmAfterMs) believedNowMs = believedForMs;
    },
  };
}
