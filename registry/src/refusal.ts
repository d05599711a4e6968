/** The four ways a command ends; programs read the number, people the message. */
export const exitCodes = { passed: 0, failed: 1, couldNotRun: 2, badInput: 3 } as const;

/** An error whose message is for the person at the keyboard, without a stack. */
export type Refusal = Error & { exitCode: 2 | 3 };

/** What was asked for cannot be done here: no git, no store, a locked store. */
export function couldNotRun(message: string): Refusal {
  return Object.assign(new Error(message), { exitCode: exitCodes.couldNotRun });
}

/** What was asked for makes no sense: an unknown subgraph, a file that is not there. */
export function badInput(message: string): Refusal {
  return Object.assign(new Error(message), { exitCode: exitCodes.badInput });
}

/** Tells a refusal from a surprise. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'exitCode' in error;
}
