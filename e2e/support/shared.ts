import { startStory, type Story } from './stack.ts';

let story: Story | undefined;

/**
 * One stack for stories that are told one after the other: to start one takes longer than most of them. Each has people of
 * its own, and leaves everything running that it found.
 */
export async function startShared(): Promise<void> {
  story = await startStory({
    // All of them come from one address, and none waits for a drain.
    env: { SIGN_UPS_PER_ADDRESS: '0', LOG_INS_PER_ADDRESS: '0', DRAIN_MS: '500' },
    // What is asked is whether a read waits for what it needs, not how fast a busy machine projects it.
    processEnv: { timeline: { POSITION_WAIT_MS: '8000' } },
  });
}

export async function stopShared(): Promise<void> {
  await story?.stop();
}

/** The stack that the story being told shares with others. */
export function sharedStory(): Story {
  if (!story) throw new Error('Nobody started the stack of the stories that share one.');
  return story;
}
