import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { highest } from '../src/belonging/range.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

const size = 7;
let town: Town;
let home: TestHome;
let alice: bigint;
let others: bigint[];

beforeAll(async () => {
  town = createTown(4);
  [alice = 0n, ...others] = town.people;
  // A list so short that most of a walk is below its floor.
  home = await openHome(town, { limits: { cachedEntries: 60, cacheSlack: 8 } });
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply(others.flatMap((other) => town.follow(alice, other)));
  await home.apply(Array.from({ length: 400 }, (_, index) => town.post(others[index % 3] ?? 0n)).flat());
  await home.fanOut();
  await home.read(alice, 50);
});
afterAll(() => home.close());

/** Others post, and delete what is old and what is new, until it is stopped. */
function whileOthersWrite(): { stop(): Promise<void> } {
  const over = new AbortController();
  async function write(): Promise<void> {
    for (let turn = 0; !over.signal.aborted; turn++) {
      await home.apply(town.post(others[turn % 3] ?? 0n));
      const posts = town.posts();
      const gone = posts[turn % 2 === 0 ? posts.length - 2 : (turn * 31) % posts.length];
      if (turn % 3 === 0 && gone) await home.apply(town.remove(gone.id));
      if (turn % 4 === 0) await home.fanOut();
      await sleep(1);
    }
  }
  const writing = write();
  return {
    async stop() {
      over.abort();
      await writing;
    },
  };
}

async function walk(direction: 'forward' | 'backward'): Promise<bigint[]> {
  const seen: bigint[] = [];
  let place = direction === 'forward' ? highest : 0n;
  for (;;) {
    const [after, before] = direction === 'forward' ? [place, null] : [null, place];
    const { entries, rest } = await home.pipeline.page(homeOf(alice), {
      limit: size,
      direction,
      after,
      before,
    });
    const kept = entries.slice(0, size).map(({ id }) => id);
    seen.push(...kept);
    if (entries.length <= size && !rest) return seen;
    // Those who write are quicker than one who walks towards them: the walk ends where it began.
    if (seen.length > 450) return seen;
    place = kept.at(-1) ?? (direction === 'forward' ? rest?.high : rest?.low) ?? place;
  }
}

test.each(['forward', 'backward'] as const)(
  'a walk %s through a whole home, while others post and delete, skips nothing and repeats nothing',
  async (direction) => {
    const before = await home.expected(alice);
    const writers = whileOthersWrite();
    const seen = await walk(direction);
    await writers.stop();
    const after = new Set(await home.expected(alice));
    expect(new Set(seen).size).toBe(seen.length);
    const sorted = [...seen].sort((a, b) => (a < b ? -1 : 1));
    expect(seen).toEqual(direction === 'forward' ? sorted.reverse() : sorted);
    const [low, high] = [seen.reduce((a, b) => (a < b ? a : b)), seen.reduce((a, b) => (a > b ? a : b))];
    const lasting = before.filter((id) => after.has(id) && id >= low && id <= high);
    const walked = new Set(seen);
    expect(lasting.filter((id) => !walked.has(id))).toEqual([]);
    expect(lasting.length).toBeGreaterThan(200);
  },
);
