import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { cpuOfPid } from '../cpu.ts';
import { startTown } from '../town.ts';
import { atRate } from './at-rate.ts';
import { countsOf } from './counts.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import { type BenchPerson, openStreams, signInAll } from './people.ts';
import { measureSlow } from './measure-slow.ts';
import { measureStorm } from './measure-storm.ts';
import { post } from './post.ts';
import { subscription, textOf } from './protocol.ts';
import { type Saturated, saturate } from './saturate.ts';
import { showCostOfEach, showRate } from './show.ts';
import { watchCpu, watching } from './watch-cpu.ts';

const listening = 1_000;
const everybody = 5_000;
/** Followers of the two kinds of authors. Some of a seeded town are private, and left out. */
const followers = { some: 1_100, all: 5_500 } as const;
const authorsOfAKind = 10;

/**
 * Authors whom 1,000 listen to, at ten posts a second and as fast as it goes, and one whom 5,000 listen to.
 * @param isSaturationOnly leaves out all but "as fast as it goes"
 */
export async function measureCrowd(seconds: number, isSaturationOnly = false): Promise<void> {
  const crowd = startCrowd();
  const bare = await bareSaturation(crowd, seconds);
  console.log(
    `bare graphql-ws, ${listening} listeners: ${Math.round(bare.perSecond)} deliveries/s as fast as it goes`,
  );
  showCostOfEach(bare);
  const folder = await mkdtemp(join(tmpdir(), 'bench-live-'));
  const graphFile = join(folder, 'everybody.edges');
  await writeFile(graphFile, edges());
  const processEnv = { gateway: { SOCKET_MAX_PER_ADDRESS: '20000' } };
  const { stack, summary } = await startTown({ graphFile, postsCount: 100, processEnv });
  try {
    console.log(summary);
    await onStack(stack, crowd, { seconds, bare: bare.perSecond, isSaturationOnly });
  } finally {
    crowd.stop();
    await stack.stop();
    await rm(folder, { recursive: true });
  }
}

async function onStack(
  stack: Stack,
  crowd: Crowd,
  { bare, isSaturationOnly, seconds }: { bare: number; isSaturationOnly: boolean; seconds: number },
): Promise<void> {
  const people = await signInAll(stack, 2 * followers.all);
  const heardByAll = people.filter((person) => person.followers.length > followers.some);
  const authors = people.filter(
    ({ followers: { length } }) => length <= followers.some && length >= listening,
  );
  const some = listenersOf(people, authors, listening);
  crowd.expect(authors.map(() => some.length));
  await openStreams(stack, crowd, some);
  const speakers = authors.map((person, place) => ({ person, place, due: some.length }));
  await atRate(stack, crowd, speakers, { perSecond: 10, seconds: 3 }); // the engine compiles what is hot
  if (!isSaturationOnly) {
    showRate(
      `${listening} listeners, 10 posts/s`,
      await atRate(stack, crowd, speakers, { perSecond: 10, seconds }),
    );
    await measureSlow(stack, crowd, speakers, { listeners: some, seconds });
  }

  const send = (event: number) => {
    const place = event % authors.length;
    const author = authors[place];
    if (author) void post(stack.url, author, place, event);
  };
  const ours = await saturate(crowd, send, {
    onTheirWay: 8,
    warmUpMs: 3_000,
    ms: seconds * 1_000,
    watchCpu: () => watchCpu(stack, crowd),
  });
  console.log(
    `${listening} listeners as fast as it goes: ${Math.round(ours.perSecond)} deliveries/s, ` +
      `${(ours.perSecond / bare).toFixed(2)} of bare; p50 ${ours.p50Ms} ms, p99 ${ours.p99Ms} ms`,
  );
  showCostOfEach(ours);
  await crowd.close();
  if (isSaturationOnly) return;

  const all = listenersOf(people, heardByAll, everybody);
  await openStreams(stack, crowd, all);
  crowd.expect([all.length]);
  for (let i = 0; i < 3; i++) {
    const before = await countsOf(stack);
    const [author] = heardByAll;
    const reached = new Promise<void>((resolve) => crowd.onDelivered(() => resolve()));
    const startedMs = performance.now();
    if (author) await post(stack.url, author, 0, 5_000_000 + i);
    await reached;
    const tookMs = performance.now() - startedMs;
    const after = await countsOf(stack);
    console.log(
      `one post to ${all.length} listeners: all after ${Math.round(tookMs)} ms; ` +
        `${after.fetches - before.fetches} fetches from subgraphs (the mutation's among them), ` +
        `${after.calls - before.calls} calls to user`,
    );
    await sleep(1_000);
  }
  await measureStorm(stack, crowd, heardByAll, all.length);
  await crowd.close();
}

async function bareSaturation(crowd: Crowd, seconds: number): Promise<Saturated> {
  const server = fork(new URL('./bare.ts', import.meta.url), { stdio: 'inherit' });
  const port = await new Promise<number>((resolve) =>
    server.once('message', (port) => resolve(Number(port))),
  );
  crowd.expect([listening]);
  await crowd.open(`ws://127.0.0.1:${port}/graphql`, subscription, Array(listening).fill(null));
  await sleep(1_000);
  const send = (event: number) => void server.send(textOf(0, event));
  const cpu = () => ({ bare: (server.pid && cpuOfPid(server.pid)) || 0, clients: crowd.cpuSeconds() });
  const saturated = await saturate(crowd, send, {
    onTheirWay: 8,
    warmUpMs: 3_000,
    ms: seconds * 1_000,
    watchCpu: () => watching(cpu),
  });
  await crowd.close();
  server.disconnect();
  return saturated;
}

function listenersOf(
  people: readonly BenchPerson[],
  authors: readonly BenchPerson[],
  most: number,
): BenchPerson[] {
  const follow = authors.map((author) => new Set(author.followers));
  const found = people.filter((_person, place) => follow.every((of) => of.has(place))).slice(0, most);
  if (authors.length === 0 || found.length < most) throw new Error(`only ${found.length} follow all authors`);
  return found;
}

/** Ten people followed by some, and ten by all. */
function edges(): string {
  const first = 2 * authorsOfAKind;
  let text = '';
  for (let author = 0; author < first; author++) {
    const count = author < authorsOfAKind ? followers.all : followers.some;
    for (let listener = 0; listener < count; listener++) text += `${author} ${first + listener}\n`;
  }
  return text;
}
