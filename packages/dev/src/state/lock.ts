import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, readLivePid, removePidFile, writePidFile } from '../provision/pid-file.ts';

export interface Lock {
  /** Tells the next start that this one is on its way out and worth waiting for. */
  markStopping: () => void;
  release: () => void;
}

/** A start whose npm was killed notices it within this time and begins to stop. */
const noticeMs = 2_000;
const longestStopMs = 45_000;

/**
 * One start per state folder: a second one would end the databases of the first as leftovers.
 * @throws Error naming the process that holds the folder, unless that one is stopping
 */
export async function lockStateFolder(stateFolder: string, onWait: (pid: number) => void): Promise<Lock> {
  mkdirSync(stateFolder, { recursive: true });
  const file = path.join(stateFolder, 'supervisor.pid');
  const stopping = path.join(stateFolder, 'stopping');
  await waitForHolder(file, stopping, onWait);
  rmSync(stopping, { force: true });
  writePidFile(file, process.pid);
  return {
    markStopping: () => writeFileSync(stopping, ''),
    release: () => {
      removePidFile(file);
      rmSync(stopping, { force: true });
    },
  };
}

async function waitForHolder(file: string, stopping: string, onWait: (pid: number) => void): Promise<void> {
  const since = Date.now();
  for (let hasTold = false; ; await sleep(50)) {
    const holder = readLivePid(file);
    if (holder === undefined) return;
    const waitedMs = Date.now() - since;
    const isStopping = existsSync(stopping);
    if (!isStopping && waitedMs > noticeMs) {
      throw new Error(
        `Murmuration already runs from this checkout (process ${holder}). Stop it with Ctrl-C there, or: kill ${holder}`,
      );
    }
    if (isStopping && !hasTold) onWait(holder);
    hasTold ||= isStopping;
    if (waitedMs > longestStopMs) return endProcess(holder, []);
  }
}
