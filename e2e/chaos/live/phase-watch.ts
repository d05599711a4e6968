import type { CutPlan, handshakeSteps, Phase } from './cut-plan.ts';

/** Follows one connection through its phases, and cuts it where the plan says. */
export interface PhaseWatch {
  phase(): Phase;
  step(step: (typeof handshakeSteps)[number]): void;
  subscribed(): void;
  /** An event came: `take` has the client read it. */
  update(key: string, sentAtMs: number | undefined, take: () => void): void;
  /** Nothing is cut any more. */
  stop(): void;
}

/** At most so many frames go by before a connection that is live is cut. */
const mostLiveFrames = 3;

export function createPhaseWatch(
  plan: CutPlan | null,
  { cut, missed }: { cut(): void; missed(): Set<string> },
): PhaseWatch {
  let phase: Phase = 'handshake';
  let outstanding = new Set<string>();
  let subscribedAtMs = 0;
  /** Frames of the phase that the plan names still to go by. */
  let left = plan ? 1 + Math.floor(plan.share * mostLiveFrames) : 0;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  function end(delayMs: number): void {
    if (isOver) return;
    if (delayMs === 0) cut();
    else timer ??= setTimeout(cut, delayMs);
  }

  /** Where the connection is once this has come. */
  function after(key: string, sentAtMs: number | undefined): Phase {
    const wasMissed = outstanding.delete(key);
    if (wasMissed) return outstanding.size > 0 ? 'replay' : 'cutover';
    // Of what has not been acknowledged yet nothing is known but that it is new.
    const isNew = sentAtMs === undefined || sentAtMs > subscribedAtMs;
    return isNew && outstanding.size === 0 ? 'live' : phase;
  }

  return {
    phase: () => phase,
    step(step) {
      if (plan?.phase === 'handshake' && phase === 'handshake' && plan.step === step) end(0);
    },
    subscribed() {
      if (isOver) return;
      subscribedAtMs = performance.now();
      outstanding = missed();
      phase = outstanding.size > 0 ? 'replay' : 'joining';
      if (plan?.phase !== 'replay' || outstanding.size === 0) return;
      left = Math.floor(plan.share * outstanding.size);
      if (left === 0) end(plan.delayMs);
    },
    update(key, sentAtMs, take) {
      if (isOver) return;
      const next = after(key, sentAtMs);
      const isCut = plan?.phase === next && (next === 'cutover' || --left === 0);
      phase = next;
      if (!isCut || plan.isTaken) take();
      if (isCut) end(plan.isTaken ? plan.delayMs : 0);
    },
    stop() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
