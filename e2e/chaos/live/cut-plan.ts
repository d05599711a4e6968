import type { Random } from '../random.ts';
import { type CutKind, cutKinds } from './connection.ts';

/** Where in its life a connection is, as its client can tell. */
export const phases = ['handshake', 'replay', 'cutover', 'live'] as const;
/** `joining`: nothing was missed, and nothing has come yet. */
export type Phase = (typeof phases)[number] | 'joining';

/** The steps of a handshake at which it is cut. */
export const handshakeSteps = ['connected', 'opened', 'initialised', 'acknowledged'] as const;

/** Where the next cut of a subscriber falls. */
export interface CutPlan {
  phase: (typeof phases)[number];
  step: (typeof handshakeSteps)[number];
  /** In [0, 1): which of the frames of the phase it is. */
  share: number;
  /** Whether the client has read the frame at which it is cut. */
  isTaken: boolean;
  kind: CutKind;
  /** How long after its frame, for what lies between two frames. */
  delayMs: number;
  /** How long the client stays away before it connects for this cut. */
  awayMs: number;
  /** How many of the newest cursors the client has forgotten by then. */
  forgotten: number;
}

const mostDelayMs = 12;
/** Long enough to miss something; whoever is to be cut elsewhere comes back at once. */
const awayMs = { replay: [400, 1_200], cutover: [300, 600], handshake: [0, 150], live: [0, 150] } as const;
const forgetful = 0.1;
const mostForgotten = 4;

/** @param fell how many cuts fell into each phase: every other one is for that with the fewest */
export function planCut(random: Random, fell: ReadonlyMap<Phase, number>): CutPlan {
  const [rarest = 'live'] = phases.toSorted((a, b) => (fell.get(a) ?? 0) - (fell.get(b) ?? 0));
  const phase = random.next() < 0.5 ? rarest : random.oneOf(phases);
  const [least, most] = awayMs[phase];
  return {
    phase,
    step: random.oneOf(handshakeSteps),
    share: random.next(),
    isTaken: random.next() < 0.5 || phase === 'cutover',
    kind: random.oneOf(cutKinds),
    delayMs: random.next() < 0.5 ? 0 : random.next() * mostDelayMs,
    awayMs: least + random.next() * (most - least),
    forgotten: random.next() < forgetful ? 1 + random.below(mostForgotten) : 0,
  };
}
