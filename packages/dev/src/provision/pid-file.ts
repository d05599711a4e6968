import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processIdentity } from './process-identity.ts';

interface PidRecord {
  pid: number;
  identity: string;
}

/** Remembers a process so that a later start can find it, even after its parent was killed. */
export function writePidFile(file: string, pid: number): void {
  // Renamed into place: who reads half of it takes the process for gone.
  writeFileSync(`${file}.new`, JSON.stringify({ pid, identity: processIdentity(pid) ?? '' }));
  renameSync(`${file}.new`, file);
}

/** The pid in the file, if that very process (not a later one with its number) still lives. */
export function readLivePid(file: string): number | undefined {
  const record = readRecord(file);
  if (!record || !isAlive(record.pid)) return undefined;
  return processIdentity(record.pid) === record.identity ? record.pid : undefined;
}

/** Forgets the process. */
export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}

/** Ends the process of the file, if it lives: each signal in turn, then SIGKILL. */
export async function reap(
  file: string,
  signals: NodeJS.Signals[] = ['SIGTERM'],
  graceMs = 10_000,
): Promise<void> {
  const pid = readLivePid(file);
  if (pid !== undefined) await endProcess(pid, signals, graceMs);
  removePidFile(file);
}

/** Sends each signal in turn and waits `graceMs` after each; SIGKILL is the last resort. */
export async function endProcess(pid: number, signals: NodeJS.Signals[], graceMs = 10_000): Promise<void> {
  for (const signal of [...signals, 'SIGKILL' as const]) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitForExit(pid, graceMs)) return;
  }
}

/** True as soon as the process is gone, false when it still lives after `timeoutMs`. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

function readRecord(file: string): PidRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidRecord;
  } catch {
    return undefined;
  }
}
