import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { openTruth, type TruthSource } from './truth.ts';

/** How long the projection may take to be what its owners say, once everything runs again. */
const settledWithinMs = 60_000;

/** Looks again until nothing is wrong; what still is at the end is. */
export async function settled(
  stack: Stack,
  look: (truth: TruthSource) => Promise<string[]>,
): Promise<string[]> {
  const until = Date.now() + settledWithinMs;
  const truth = await openTruth(stack);
  try {
    for (;;) {
      const wrong = await look(truth).catch((error: unknown) => [String(error)]);
      if (wrong.length === 0 || Date.now() > until) return wrong;
      await sleep(1_000);
    }
  } finally {
    await truth.close();
  }
}
