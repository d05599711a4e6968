import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Stack } from '@murmuration/dev';
import pg from 'pg';

const ticksPerSecond = 100;

/** Seconds of CPU of the whole machine so far: in use by anybody, taken by its host, and idle because of a disk. */
export function cpuOfMachine(): { used: number; stolen: number; waiting: number } {
  const [user = 0, nice = 0, system = 0, , waiting = 0, irq = 0, softIrq = 0, stolen = 0] = (
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? ''
  )
    .split(' ')
    .map((ticks) => Number(ticks) / ticksPerSecond);
  return { used: user + nice + system + irq + softIrq, stolen, waiting };
}

/**
 * Seconds of CPU used so far by everything a request goes through: each process, Postgres's backends by their
 * database, Redis, and by the load itself. Stores that somebody else runs, and what the system does not tell,
 * are left out.
 */
export async function cpuOf(stack: Stack): Promise<Record<string, number>> {
  const pids: [string, number | undefined][] = [
    ...[...stack.processes.values()].map((each): [string, number | undefined] => [each.name, each.pid()]),
    ...(stack.postgres ? await postgresPids(stack.databaseUrls.post) : []),
    ...(stack.redis ? [['redis', await redisPid(stack.redis.port)] as [string, number]] : []),
  ];
  const used: Record<string, number> = {};
  for (const [name, pid] of pids) {
    const seconds = pid === undefined ? null : cpuOfPid(pid);
    if (seconds !== null) used[name] = (used[name] ?? 0) + seconds;
  }
  const { system, user } = process.cpuUsage();
  return { ...used, 'the load itself': (user + system) / 1e6 };
}

async function postgresPids(connectionString: string): Promise<[string, number][]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; pid: number }>(
      `SELECT 'postgres ' || coalesce(datname, 'itself') AS name, pid FROM pg_stat_activity`,
    );
    return rows.map(({ name, pid }) => [name, pid]);
  } finally {
    await client.end();
  }
}

async function redisPid(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.end('INFO server\r\nQUIT\r\n');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return Number(/^process_id:(\d+)/m.exec(answer)?.[1]);
}

/** Null for a process that is gone. */
export function cpuOfPid(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return null;
  }
}
