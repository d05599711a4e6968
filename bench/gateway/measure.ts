import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Load, type Loaded, load } from '../load.ts';
import { names } from './gateways.ts';
import type { Issuer } from './issuer.ts';
import { type Running, usageOf } from './processes.ts';
import type { Row } from './table.ts';
import { bodiesOf, nameOf, type Workload } from './workloads.ts';

export interface Bench {
  readonly issuer: Issuer;
  readonly subgraphsUrl: string;
  readonly seconds: number;
  readonly connections: number;
}

/** More than any gateway answers while it is measured. */
const tokensOfTheirOwn = 12_000;

export async function ask(url: string, body: string, token?: string): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const answer = await request(url, { method: 'POST', headers, body });
  return answer.body.text();
}

/** Puts one gateway under one workload. `length` is that of the operation's answer. */
export async function measure(
  { issuer, subgraphsUrl, ...settings }: Bench,
  [name, { url, pid }]: readonly [string, Running],
  workload: Workload,
  { length, warmUpMs }: { length: number; warmUpMs: number },
): Promise<Row> {
  const { burst = 0, connections = settings.connections, subgraphDelayMs = 0 } = workload;
  const bodies = bodiesOf(workload);
  const expected = name === names.proxy ? undefined : await Promise.all(bodies.map((body) => ask(url, body)));
  const one: Omit<Load, 'durationMs'> = {
    url: name === names.proxy ? `${new URL(url).origin}/fixed/${length}` : url,
    connections,
    body: (i) => bodies[i % bodies.length] ?? '',
    headers: headersOf(workload, issuer),
    ...(expected && { isRight: (i, text) => text === expected[i % expected.length] }),
  };
  const tell = (path: string) => request(`${subgraphsUrl}${path}`).then(({ body }) => body.text());
  await tell(`/delay/${subgraphDelayMs}`);
  await load({ ...one, durationMs: warmUpMs });
  await tell('/calls');
  const before = usageOf(pid);
  // Long enough for the crowd of a burst to be answered by whoever is slow.
  const durationMs = settings.seconds * (burst > 0 ? 2_000 : 1_000);
  const measured =
    burst > 0 ? await loadWithBurst({ ...one, durationMs }, burst) : await load({ ...one, durationMs });
  const after = usageOf(pid);
  const calls = Number(await tell('/calls'));
  return {
    workload: nameOf(workload),
    gateway: name,
    ...measured,
    cpuMs: (after.cpuMs - before.cpuMs) / measured.requests,
    calls: calls / measured.requests,
    rssMiB: after.rssMiB,
  };
}

function headersOf({ who }: Workload, issuer: Issuer): Load['headers'] {
  if (who === 'anonymous') return () => ({});
  const tokens = who === 'signed in' ? issuer.tokens : issuer.newTokens(tokensOfTheirOwn);
  let next = 0;
  return () => ({ authorization: `Bearer ${tokens[next++ % tokens.length]}` });
}

/** A crowd of new connections comes for the middle third of the time; what is answered until the last is counted. */
async function loadWithBurst(calm: Load, more: number): Promise<Loaded> {
  const startedMs = performance.now();
  const thirdMs = calm.durationMs / 3;
  const [steady, crowd] = await Promise.all([
    load(calm),
    sleep(thirdMs).then(() => load({ ...calm, connections: more, durationMs: thirdMs })),
  ]);
  const requests = steady.requests + crowd.requests;
  return {
    requests,
    perSecond: requests / ((performance.now() - startedMs) / 1_000),
    p50Ms: crowd.p50Ms,
    p99Ms: crowd.p99Ms,
    failures: steady.failures + crowd.failures,
  };
}
