import { countersOf } from './costs.ts';
import { cpuOf } from './cpu.ts';
import { type Loaded, load } from './load.ts';
import type { BenchTown } from './town.ts';

export interface Measured extends Loaded {
  what: string;
  connections: number;
  statementsPerRequest: number;
  redisCommandsPerRequest: number;
  /** Milliseconds of CPU a request, by process; what the load itself takes is no part of a request. */
  cpuMs: Record<string, number>;
}

export interface Question {
  what: string;
  /** Of the i-th request. */
  body: (i: number) => string;
  connections: number;
  warmUpSeconds: number;
  seconds: number;
}

/** What an operation of people of the town costs at so many connections, each person's turn after the other's. */
export async function measure({ stack, people }: BenchTown, question: Question): Promise<Measured> {
  const { what, body, connections, warmUpSeconds, seconds } = question;
  const signedIn = people.map(({ token }) => ({ authorization: `Bearer ${token}` }));
  const headers = (i: number) => signedIn[i % signedIn.length] ?? {};
  const asking = { url: `${stack.url}/graphql`, connections, body, headers };
  // The engine compiles what is hot; a process that has served for a few seconds is not what one operates.
  await load({ ...asking, durationMs: warmUpSeconds * 1_000 });
  const before = { ...(await countersOf(stack)), cpu: await cpuOf(stack) };
  const result = await load({ ...asking, durationMs: seconds * 1_000 });
  const after = { ...(await countersOf(stack)), cpu: await cpuOf(stack) };
  const cpuMs = Object.entries(after.cpu).map(([name, used]) => [
    name,
    (Math.max(0, used - (before.cpu[name] ?? 0)) * 1_000) / result.requests,
  ]);
  return {
    what,
    connections,
    ...result,
    statementsPerRequest: (after.sql - before.sql) / result.requests,
    redisCommandsPerRequest: (after.redis - before.redis) / result.requests,
    cpuMs: Object.fromEntries(cpuMs),
  };
}
