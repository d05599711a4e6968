import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, startStack } from '@murmuration/dev';
import { decodeId, timeOf } from '@murmuration/ids';
import type { Member } from '@murmuration/testing';
import { Redis } from 'ioredis';
import { type Crowd, gather, letAct } from './crowd.ts';
import { createRandom } from './random.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';
import { expectedHomes, openTruth, type TruthSource } from './truth.ts';
import { readHome } from '../support/read-home.ts';

const people = 10;
const pauseMs = 150;
/** A page may be that much older than the truth: the age up to which a list is believed (5 s), and as long on the way. */
const pageAgeMs = 10_000;

/**
 * Redis is flushed every second, then killed and brought back with an old copy, full under `noeviction`, demoted in
 * place and promoted again, while people read and write. No request fails, and no page has a hole or something that
 * does not belong.
 */
export async function redis({ seconds, seed, log }: ChaosOptions): Promise<ChaosResult> {
  const stack = await startStack();
  const truth = await openTruth(stack);
  const troubles = troublesOf(stack);
  try {
    const members = await gather(`${stack.url}/graphql`, people, seed);
    const crowd = letAct(members, seed, pauseMs);
    const wrong: string[] = [];
    let pages = 0;
    for (const [name, trouble] of Object.entries(troubles)) {
      log(name);
      const over = Date.now() + (seconds * 1_000) / Object.keys(troubles).length;
      const making = trouble.make(() => Date.now() < over);
      const random = createRandom(seed + pages);
      while (Date.now() < over) {
        const found = await wrongPage(truth, random.oneOf(members), members);
        wrong.push(...found.map((what) => `${name}: ${what}`));
        pages += 1;
        await sleep(200);
      }
      await making;
    }
    await crowd.stop();
    wrong.push(...failuresOf(crowd));
    log(`${pages} pages compared under ${crowd.operations} operations, ${crowd.retries} of them sent again`);
    return { wrong, figures: { pages, operations: crowd.operations, acknowledged: crowd.acknowledged } };
  } finally {
    await truth.close();
    await stack.stop();
  }
}

function failuresOf(crowd: Crowd): string[] {
  return [...new Set(crowd.failures)].map((failure) => `an operation failed: ${failure}`);
}

interface Trouble {
  /** Makes it until it is over, and leaves Redis sound. */
  make(goesOn: () => boolean): Promise<void>;
}

function troublesOf(stack: Stack): Record<string, Trouble> {
  const server = stack.redis;
  if (!server) throw new Error('chaos needs a Redis of its own');
  const withClient = async (act: (client: Redis) => Promise<unknown>) => {
    const client = new Redis(stack.redisUrl, { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    try {
      await act(client);
    } finally {
      client.disconnect();
    }
  };
  const again = async (goesOn: () => boolean, everyMs: number, act: (client: Redis) => Promise<unknown>) => {
    while (goesOn()) {
      await withClient(act).catch(() => undefined);
      await sleep(everyMs);
    }
  };
  return {
    'flushed every second': { make: (goesOn) => again(goesOn, 1_000, (client) => client.flushall()) },
    'killed and back with an old copy': {
      async make(goesOn) {
        await withClient((client) => client.save());
        while (goesOn()) {
          await sleep(2_000);
          await server.kill();
          await sleep(500);
          await server.start();
        }
      },
    },
    'full, and evicting nothing': {
      async make(goesOn) {
        await withClient(async (client) => {
          await client.config('SET', 'maxmemory-policy', 'noeviction');
          await client.config('SET', 'maxmemory', '1');
        });
        while (goesOn()) await sleep(200);
        await withClient((client) => client.config('SET', 'maxmemory', '0'));
      },
    },
    'a primary demoted in place, and promoted again': {
      async make(goesOn) {
        while (goesOn()) {
          // Of nobody: what it holds stays, and every write is refused.
          await withClient((client) => client.replicaof('127.0.0.1', 1));
          await sleep(2_000);
          await withClient((client) => client.replicaof('NO', 'ONE'));
          await sleep(2_000);
        }
      },
    },
  };
}

interface Looks {
  /** What is shown and belonged neither before nor after it was read. */
  foreign: Set<string>;
  /** What belonged before and after, is old enough, and is not shown. */
  holes: Set<string>;
}

/**
 * What is wrong with a first page. People go on meanwhile, something may come and go between the two looks at the
 * truth, and a page may be of a moment ago: only what stays wrong for longer than a page may be old is.
 */
async function wrongPage(truth: TruthSource, reader: Member, members: readonly Member[]): Promise<string[]> {
  const until = Date.now() + pageAgeMs;
  let { foreign, holes } = await lookAt(truth, reader, members);
  while (foreign.size + holes.size > 0 && Date.now() < until) {
    await sleep(250);
    const again = await lookAt(truth, reader, members);
    foreign = foreign.intersection(again.foreign);
    holes = holes.intersection(again.holes);
  }
  return [
    ...[...foreign].map((entry) => `${entry} is in the home of ${reader.handle} and does not belong there`),
    ...[...holes].map((entry) => `${entry} is missing in the home of ${reader.handle}`),
  ];
}

async function lookAt(truth: TruthSource, reader: Member, members: readonly Member[]): Promise<Looks> {
  const of = members.filter(({ id }) => id === reader.id);
  const before = (await expectedHomes(truth, of)).get(reader.handle) ?? [];
  const page = await readHome(reader, 20, true, 1);
  const after = (await expectedHomes(truth, of)).get(reader.handle) ?? [];
  const [then, now, shown] = [new Set(before), new Set(after), new Set(page)];
  const last = page.at(-1);
  const end = last === undefined || page.length < 20 ? before.length : before.indexOf(last);
  const dueBefore = Date.now() - pageAgeMs;
  const isDue = (entry: string) => now.has(entry) && !shown.has(entry) && writtenAt(entry) < dueBefore;
  return {
    foreign: new Set(page.filter((entry) => !then.has(entry) && !now.has(entry))),
    holes: new Set(before.slice(0, Math.max(0, end)).filter(isDue)),
  };
}

function writtenAt(entry: string): number {
  return timeOf(decodeId('Post', entry.split(' ')[0] ?? '') ?? 0n);
}
