import { type Stack, startStack } from '@murmuration/dev';

export type { Stack };

/** The whole system for one story: its own state, its own ports, nobody in it. */
export function startStory(): Promise<Stack> {
  return startStack({ seed: false });
}
