import path from 'node:path';
import { makeScratchFolder, removeScratchFolder, startStack, undoAll } from '@murmuration/dev';
import { type Nginx, startNginx } from './nginx.ts';
import type { Story } from './stack.ts';

/** Two processes of every part, or of some, each part behind nginx. */
export interface Replicated extends Story {
  /** Requests that nginx took to a second process because the first did not answer. */
  passedOn(): number;
  /** What nginx complained of last. */
  complaints(): string[];
}

/** A process that came back gets traffic for this long before the next one goes, as `minReadySeconds` does. */
export const settleMs = 1_000;

/** Longer than nginx keeps an idle connection here, so that a drain leaves none. */
const drainDelayMs = 1_000;

/** Starts the platform as a cluster would run it, on this machine. */
export async function startReplicated(of?: readonly string[]): Promise<Replicated> {
  const folder = await makeScratchFolder();
  const env = { DRAIN_DELAY_MS: String(drainDelayMs), DRAIN_MS: '500', LOG_LEVEL: 'warn' };
  const undo: (() => Promise<unknown>)[] = [() => removeScratchFolder(folder)];
  const stop = () => undoAll(undo);
  let nginx: Nginx | undefined;
  const balance = async (instances: Map<string, string[]>) => {
    nginx = await startNginx(path.join(folder, 'nginx'), instances);
    undo.push(nginx.stop);
    return nginx.entrances;
  };
  try {
    const stack = await startStack({
      stateFolder: folder,
      env,
      replicas: { count: 2, balance, ...(of && { of }) },
    });
    undo.push(stack.stop);
    return {
      ...stack,
      graphUrl: `${stack.url}/graphql`,
      passedOn: () => nginx?.passedOn() ?? 0,
      complaints: () => nginx?.complaints() ?? [],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
