import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'undici';

export interface Running {
  readonly url: string;
  readonly pid: number;
  stop(): void;
}

/** As `npm start` and the images run services; for every process of the bench, the peers' too. */
const production = { NODE_ENV: 'production', NODE_OPTIONS: '--max-semi-space-size=32' };

/** Starts a script of ours that tells its port when it listens. */
export function forkServer(
  file: string,
  environment: Record<string, string>,
): Promise<Running & { port: number }> {
  const child = fork(file, { env: { ...process.env, ...production, ...environment } });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    child.once('message', (message) => {
      const { port } = message as { port: number };
      resolve({ ...runningOf(child, `http://127.0.0.1:${port}/graphql`), port });
    });
  });
}

/** Starts a program that is told its port, and waits until it answers a query. */
export async function spawnServer(
  args: (port: number) => string[],
  environment: (port: number) => Record<string, string>,
  cwd: string,
): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, args(port), {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...production, ...environment(port) },
  });
  const running = runningOf(child, `http://127.0.0.1:${port}/graphql`);
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) throw new Error(`${args(port).join(' ')} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (await isUp(running.url)) return running;
  }
  running.stop();
  throw new Error(`${args(port).join(' ')} does not answer`);
}

async function isUp(url: string): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/json' };
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers,
      body: '{"query":"{__typename}"}',
    });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}

function runningOf(child: ChildProcess, url: string): Running {
  return {
    url,
    pid: child.pid ?? 0,
    stop: () => (child.connected ? child.disconnect() : void child.kill('SIGKILL')),
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** CPU time of a process so far, all threads, and its resident memory. */
export function usageOf(pid: number): { cpuMs: number; rssMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { cpuMs: ticks * 10, rssMiB: (Number(fields[21]) * 4_096) / 1_048_576 };
}
