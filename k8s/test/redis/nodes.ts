import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@murmuration/dev';
import { requireTool } from '@murmuration/testing/tool';

const scripts = fileURLToPath(new URL('../../stores/redis/', import.meta.url));
const run = promisify(execFile);
const passwords = { app: 'an-app-password', internal: 'an-internal-password' };

/** One pod of the StatefulSet: a Redis and the sentinel beside it, started by the shipped scripts. */
export interface Node {
  port: number;
  sentinelPort: number;
  start(): void;
  /** As when the machine goes away: neither says good-bye. */
  kill(): Promise<void>;
  /** Only the sentinel, which forgets what it has learnt. */
  restartSentinel(): Promise<void>;
  /** What the pod's preStop hook does. */
  handOver(): Promise<void>;
}

export interface Nodes {
  all: Node[];
  /** Ports that say of themselves that they are the primary. */
  primaries(): Promise<number[]>;
  /** What a user gets from one Redis for a command; a refusal begins with its code. */
  ask(port: number, user: 'app' | 'internal' | 'nobody', ...command: string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Three nodes on loopback, not started yet.
 * @param tls the folder of a certificate of 127.0.0.1 (`ca.crt`, `tls.crt`, `tls.key`); without it they speak in clear
 */
export async function makeNodes(tls?: string): Promise<Nodes> {
  const server = requireTool({ command: 'redis-server', debianPackage: 'redis-server' });
  const cli = requireTool({ command: 'redis-cli', debianPackage: 'redis-tools' });
  const folder = mkdtempSync(join(tmpdir(), 'sentinels-'));
  // The one binary is a sentinel under this name, as in the image.
  const sentinel = join(folder, 'redis-sentinel');
  symlinkSync(server, sentinel);
  const ports: [number, number][] = [];
  for (let index = 0; index < 3; index++) ports.push([await freePort(), await freePort()]);
  const shared = {
    PATH: process.env['PATH'],
    SCRIPTS: scripts,
    SERVER: server,
    SENTINEL: sentinel,
    CLI: cli,
    SELF: '127.0.0.1',
    PEERS: ports.map(([port, sentinelPort]) => `127.0.0.1:${port}:${sentinelPort}`).join(' '),
    MASTER_NAME: 'murmuration',
    // Longer than a busy machine stands still: a primary that is alive must keep its office here.
    DOWN_AFTER_MS: '3000',
    FAILOVER_TIMEOUT_MS: '3000',
    APP_PASSWORD: passwords.app,
    REDISCLI_AUTH: passwords.internal,
    ...(tls && { TLS: tls }),
  };

  async function ask(port: number, user: 'app' | 'internal' | 'nobody', ...command: string[]) {
    const over = tls ? ['--tls', '--cacert', join(tls, 'ca.crt')] : [];
    const as = user === 'nobody' ? [] : ['--user', user, '--pass', passwords[user], '--no-auth-warning'];
    try {
      const { stdout } = await run(cli, ['-p', String(port), ...over, ...as, '--raw', ...command], {
        timeout: 20_000,
      });
      return stdout.trim();
    } catch (error) {
      return String((error as { stdout?: string }).stdout ?? '').trim();
    }
  }

  const all = ports.map(([port, sentinelPort], index) =>
    makeNode({
      port,
      sentinelPort,
      environment: {
        ...shared,
        PORT: String(port),
        SENTINEL_PORT: String(sentinelPort),
        DATA: join(folder, String(index)),
      },
    }),
  );
  return {
    all,
    ask,
    async primaries() {
      const roles = await Promise.all(ports.map(([port]) => ask(port, 'internal', 'role')));
      return ports.filter((_, index) => roles[index]?.startsWith('master')).map(([port]) => port);
    },
    async stop() {
      await Promise.all(all.map((node) => node.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeNode(options: {
  port: number;
  sentinelPort: number;
  environment: NodeJS.ProcessEnv & { DATA: string };
}): Node {
  const { port, sentinelPort, environment } = options;
  let running: { redis?: ChildProcess; sentinel?: ChildProcess } = {};

  function begin(name: 'redis' | 'sentinel'): ChildProcess {
    const DATA = join(environment.DATA, name);
    // Pods begin with empty volumes.
    rmSync(DATA, { recursive: true, force: true });
    mkdirSync(DATA, { recursive: true });
    return spawn('sh', [join(scripts, `start-${name}.sh`)], {
      env: { ...environment, DATA },
      stdio: 'ignore',
    });
  }
  const start = () => {
    running = { redis: begin('redis'), sentinel: begin('sentinel') };
  };
  return {
    port,
    sentinelPort,
    start,
    async kill() {
      await Promise.all(Object.values(running).map(end));
      running = {};
    },
    async restartSentinel() {
      if (running.sentinel) await end(running.sentinel);
      running.sentinel = begin('sentinel');
    },
    async handOver() {
      await run('sh', [join(scripts, 'hand-over.sh')], { env: environment });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
