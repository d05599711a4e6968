import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { watchChore } from '../observe/metrics.ts';

/** Something that a process does again and again, whoever asks. */
export interface Chore {
  /** In logs, and the label of its metric. */
  name: string;
  /** From the end of one turn to the beginning of the next. */
  everyMs: number;
  /**
   * Any number of processes may do it at once, and any of them may die in the middle. The signal is aborted when the process
   * stops: what takes long ends at its next step, by throwing.
   */
  run(signal: AbortSignal): Promise<unknown>;
}

/**
 * Does the chores, each at its own pace and the first time at once. One that fails is logged and tried again at its next turn.
 * @returns what ends them: it resolves when the turns that go on have ended
 */
export function startChores(chores: readonly Chore[], logger: Logger): { stop(): Promise<void> } {
  const abort = new AbortController();

  async function repeat({ name, everyMs, run }: Chore): Promise<void> {
    const noteSuccess = watchChore(name);
    while (!abort.signal.aborted) {
      try {
        await run(abort.signal);
        noteSuccess();
      } catch (error) {
        if (!abort.signal.aborted) logger.warn({ err: error, chore: name }, 'a chore failed');
      }
      await sleep(everyMs, undefined, { signal: abort.signal, ref: false }).catch(() => undefined);
    }
  }

  const loops = chores.map(repeat);
  return {
    async stop() {
      abort.abort();
      await Promise.all(loops);
    },
  };
}
