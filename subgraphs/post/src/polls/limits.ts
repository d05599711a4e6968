/** Of polls; a process may be told others of some (see config.ts). */
export const pollLimits = {
  options: { least: 2, most: 4 },
  /** UTF-16 code units of one option. */
  optionCodeUnits: 100,
  /** How long a poll may be open. */
  leastMinutes: 5,
  mostMinutes: 30 * 24 * 60,
  /** How often it is looked for polls that have ended. */
  endEveryMs: 1_000,
  /** Polls that are looked at side by side, people who are told of one in one statement, and rounds in one run. */
  endedAtOnce: 100,
  toldAtOnce: 500,
  rounds: 100,
  /** No statement runs for longer: votes of a deleted post that were on their way have come by then. */
  forgottenAfterMs: 60_000,
} as const;

/** What an operator may set. */
export interface PollSettings {
  leastMinutes: number;
  mostMinutes: number;
}

export const pollDefaults: PollSettings = {
  leastMinutes: pollLimits.leastMinutes,
  mostMinutes: pollLimits.mostMinutes,
};
