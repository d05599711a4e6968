import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { startDetached } from './detached.ts';
import { readLivePid, reap } from './pid-file.ts';
import { freePort } from './ports.ts';
import { redisServerCommand } from './redis-command.ts';
import { passwordConfiguration, redisPassword } from './redis-password.ts';
import { usableSocket } from './socket-path.ts';

export interface RedisOptions {
  /** Holds the pid file and the log. Made if missing. */
  stateFolder: string;
  /** Taken if free, else another one is chosen. */
  port?: number | undefined;
  /** How many logical databases it has; tests take one per file. */
  databases?: number;
  /** Whether it asks for a password: on a machine that others use too, who writes to it decides what people see. */
  hasPassword?: boolean;
  onProgress?: (message: string) => void;
}

export interface RedisServer {
  port: number;
  url: string;
  /** The same for processes of this machine: by socket where there is one. */
  localUrl: string;
  /** Starts it again on the same port, empty. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  /** Ends it without a word, as a crash would. */
  kill: () => Promise<void>;
  /** Lets it hang, connected and without answers, until it is resumed. */
  hang: () => void;
  resume: () => void;
}

/**
 * Starts a private Redis on the loopback interface and on a socket; one that a killed parent left behind is
 * ended first.
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const { stateFolder, databases = 16 } = options;
  mkdirSync(stateFolder, { recursive: true });
  const pidFile = path.join(stateFolder, 'redis.pid');
  await reap(pidFile);
  const command = redisServerCommand(options.onProgress);
  const port = await freePort(options.port);
  const socket = usableSocket(path.resolve(stateFolder, 'redis.sock'));
  const password = options.hasPassword ? redisPassword(stateFolder) : undefined;
  const configuration = password === undefined ? [] : [passwordConfiguration(stateFolder, password)];
  const url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
  const start = async () => {
    await startDetached({
      command,
      args: [
        ...configuration,
        ...serverArguments({ port, databases, dir: stateFolder, ...(socket && { unixsocket: socket }) }),
      ],
      logFile: path.join(stateFolder, 'redis.log'),
      pidFile,
      isReady: () => answersPing(port),
    });
  };
  const signal = (name: NodeJS.Signals) => {
    const pid = readLivePid(pidFile);
    if (pid !== undefined) process.kill(pid, name);
  };
  await start();
  return {
    port,
    url,
    localUrl: socket ? `${url}?path=${encodeURIComponent(socket)}` : url,
    start,
    stop: () => reap(pidFile),
    kill: () => reap(pidFile, []),
    hang: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  };
}

/** Without persistence: a Redis that comes back with an old copy must not be believed. */
function serverArguments(settings: Record<string, string | number>): string[] {
  const fixed = { bind: '127.0.0.1', save: '', appendonly: 'no' };
  return Object.entries({ ...fixed, ...settings }).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** A bare PING: a client library would retry and log where an unready server is expected. */
export function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => settle(/^(\+PONG|-NOAUTH)/.test(answer.toString())));
  });
}
