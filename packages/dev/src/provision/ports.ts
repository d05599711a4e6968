import { randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { isAlive } from './process-identity.ts';

/** Below the range a kernel hands to outgoing connections, so a kept port stays free between two starts. */
const lowestPort = 20_000;
const highestPort = 32_000;

/**
 * A port is free until its server listens, which takes seconds: what was chosen is a file named by the port, with
 * the pid of whoever chose it, so that neither this process nor another one on this machine gives it to somebody else.
 */
const chosenFolder = path.join(tmpdir(), `murmuration-ports-${userInfo().username}`);

/** True when a server may listen on this port of the loopback interface. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * The preferred port if it is free, else a free one between 20,000 and 32,000. It is this process's until it ends.
 * @throws Error when 200 ports in a row were taken
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (choose(preferred) || chooserOf(preferred) === process.pid)) {
    if (await isPortFree(preferred)) return preferred;
  }
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowestPort, highestPort);
    if (choose(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`No free port between ${lowestPort} and ${highestPort} on 127.0.0.1.`);
}

/** False when it was chosen before, by this process or by another one that still lives. */
function choose(port: number): boolean {
  mkdirSync(chosenFolder, { recursive: true, mode: 0o700 });
  process.off('exit', forgetChosen).once('exit', forgetChosen);
  const file = path.join(chosenFolder, String(port));
  const chooser = chooserOf(port);
  if (chooser !== undefined && isAlive(chooser)) return false;
  // Whoever left it behind is dead.
  if (chooser !== undefined) rmSync(file, { force: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function chooserOf(port: number): number | undefined {
  try {
    return Number(readFileSync(path.join(chosenFolder, String(port)), 'utf8'));
  } catch {
    return undefined;
  }
}

function forgetChosen(): void {
  for (const name of readdirSync(chosenFolder)) {
    if (chooserOf(Number(name)) === process.pid) rmSync(path.join(chosenFolder, name), { force: true });
  }
}
