import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startDetached } from './detached.ts';
import { reap } from './pid-file.ts';
import { freePort } from './ports.ts';
import { answersPing } from './redis.ts';
import { redisServerCommand } from './redis-command.ts';

export interface SentinelOptions {
  /** Holds its configuration, which it writes itself, its pid file and its log. Made if missing. */
  stateFolder: string;
  /** Of the primary that it watches when it starts. */
  primaryPort: number;
  /** What the primary is called, whichever server it is. */
  name: string;
  /** How many must agree that it is gone. */
  quorum: number;
}

/**
 * Starts a Sentinel on the loopback interface. Who is silent for two and a half seconds is dead to it: less may be no
 * more than a busy machine.
 */
export async function startSentinel(
  options: SentinelOptions,
): Promise<{ port: number; stop(): Promise<void> }> {
  const { name, primaryPort, quorum, stateFolder } = options;
  mkdirSync(stateFolder, { recursive: true });
  const port = await freePort();
  const file = path.join(stateFolder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${stateFolder}`,
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 2500`,
    `sentinel failover-timeout ${name} 2000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const pidFile = path.join(stateFolder, 'sentinel.pid');
  await startDetached({
    command: redisServerCommand(),
    args: [file, '--sentinel'],
    logFile: path.join(stateFolder, 'sentinel.log'),
    pidFile,
    isReady: () => answersPing(port),
  });
  return { port, stop: () => reap(pidFile) };
}
