import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writePidFile } from './pid-file.ts';

export interface DetachedOptions {
  command: string;
  args: string[];
  logFile: string;
  pidFile: string;
  /** Answers whether the server takes connections yet. */
  isReady: () => Promise<boolean>;
  owner?: { uid: number; gid: number };
  timeoutMs?: number;
}

/**
 * Starts a server in a process group of its own and waits until it is ready. Detached, because Ctrl-C
 * reaches a whole group at once and a database must outlive the services that still drain.
 */
export async function startDetached(options: DetachedOptions): Promise<number> {
  const log = openSync(options.logFile, 'a');
  const logStart = readFileSync(options.logFile).length;
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', log, log],
    // A folder that any user may enter: the server may run as another one than we do.
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    ...options.owner,
  });
  closeSync(log);
  const exit = exitOf(child);
  if (child.pid !== undefined) writePidFile(options.pidFile, child.pid);
  const ready = await Promise.race([exit, whenReady(options)]);
  if (ready !== true) {
    child.kill('SIGKILL');
    const said = readFileSync(options.logFile).subarray(logStart).toString().trim().split('\n').slice(-15);
    throw new Error(`${options.command} ${ready || 'was not ready in time'}:\n${said.join('\n')}`);
  }
  child.unref();
  return child.pid ?? 0;
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(`stopped at once (${signal ?? `exit code ${code}`})`));
  });
}

async function whenReady({ isReady, timeoutMs = 30_000 }: DetachedOptions): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await isReady()) return true;
    await sleep(25);
  }
  return false;
}
