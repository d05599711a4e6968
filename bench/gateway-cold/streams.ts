import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, openClient } from '../client.ts';
import { names, starters } from '../gateway/gateways.ts';
import { composeBench } from '../gateway/graph.ts';
import { startIssuer } from '../gateway/issuer.ts';
import { forkServer, type Running, usageOf } from '../gateway/processes.ts';
import { heavyUnseen, smallUnseen, someFields } from './operations.ts';

export interface StreamOptions {
  readonly data: string;
  readonly withPeers: boolean;
  readonly seconds: number;
  readonly rounds: number;
}

/** Enough that whoever is slowest always has something to do. */
const connections = 16;

const streams: Record<string, (number: number) => string> = {
  'some fields of several levels': someFields,
  'the heavy one under a new name': heavyUnseen,
  'the small one under a new name': smallUnseen,
};

interface Rate {
  readonly perSecond: number;
  /** Of all its processes, for one operation. */
  readonly cpuMs: number;
}

interface Gateway {
  readonly name: string;
  readonly running: Running;
  readonly client: Client;
}

let number = Date.now() % 1_000_000;

/** Operations of which none comes twice, as fast as each gateway takes them: in turns, so that a machine's moods are shared. */
export async function measureStreams({ data, rounds, seconds, withPeers }: StreamOptions): Promise<void> {
  const issuer = await startIssuer();
  const subgraphs = await forkServer(join(import.meta.dirname, '../gateway/subgraph-server.ts'), {});
  const subgraphsUrl = `http://127.0.0.1:${subgraphs.port}`;
  const supergraph = join(data, 'bench.graphql');
  writeFileSync(supergraph, composeBench(subgraphsUrl));
  const start = starters({ supergraph, subgraphsUrl, issuerUrl: issuer.url, data, withPeers });
  const gateways: Gateway[] = [];
  for (const name of ['gateway', names.stock, names.rust]) {
    const running = await start[name]?.();
    if (running) gateways.push({ name, running, client: openClient(running.url, connections) });
  }
  console.log(
    `unseen operations, ${connections} at a time, ${rounds} rounds of ${seconds} s after one to warm up`,
  );
  for (const [stream, next] of Object.entries(streams)) {
    const rates = new Map(gateways.map(({ name }) => [name, [] as Rate[]]));
    for (let round = 0; round <= rounds; round++) {
      for (const gateway of gateways) {
        const rate = await rateOf(gateway, next, seconds);
        if (round > 0) rates.get(gateway.name)?.push(rate);
      }
    }
    show(stream, rates);
  }
  for (const { client, running } of gateways) {
    await client.close();
    running.stop();
  }
  subgraphs.stop();
  issuer.stop();
}

async function rateOf(
  { client, running }: Gateway,
  next: (number: number) => string,
  seconds: number,
): Promise<Rate> {
  const before = cpuMsOf(running.pid);
  const endsAt = performance.now() + seconds * 1_000;
  let answered = 0;
  const ask = async () => {
    for (; performance.now() < endsAt; answered++) {
      const query = next(number++);
      const { text } = await client.send({}, JSON.stringify({ query }));
      if (!text.startsWith('{"data":{') || text.includes('"errors":')) {
        throw new Error(`${running.url} refused ${query}: ${text.slice(0, 300)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  return { perSecond: answered / seconds, cpuMs: (cpuMsOf(running.pid) - before) / answered };
}

function cpuMsOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + usageOf(one).cpuMs, 0);
}

function show(stream: string, rates: ReadonlyMap<string, readonly Rate[]>): void {
  const perSecondOf = (name: string) => median((rates.get(name) ?? []).map((one) => one.perSecond));
  const cpuMsOfOne = (name: string) => median((rates.get(name) ?? []).map(({ cpuMs }) => cpuMs));
  console.log(`\n${stream}`);
  console.table(
    [...rates].map(([name, all]) => ({
      gateway: name,
      'a second': Math.round(perSecondOf(name)),
      'of stock': Number((perSecondOf(name) / perSecondOf(names.stock)).toFixed(1)),
      'CPU ms': Number(cpuMsOfOne(name).toFixed(2)),
      'stock CPU': Number((cpuMsOfOne(names.stock) / cpuMsOfOne(name)).toFixed(1)),
      rounds: all.map(({ perSecond }) => Math.round(perSecond)).join(' '),
    })),
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2;
}
