/**
 * How fast does one worker push posts into cached lists? `pnpm bench fanout [--followers n] [--json file]`
 *
 * Deliveries a second into lists that are all warm, of one large author and of many small ones, beside the push
 * script alone on the same lists in the same run. Then one author with very many followers, a tenth of them warm and
 * the threshold raised: how long a post takes, and what readers of home pages notice of it, at a steady rate.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLogger, createRedisCache } from '@murmuration/service-kit';
import pg from 'pg';
import { createHomeCache } from '../../subgraphs/timeline/src/home-cache/cache.ts';
import { homePage } from '../home-page.ts';
import { startOpenLoop } from '../open-loop.ts';
import { timesOf } from '../times.ts';
import { openTown } from '../town.ts';
import { measureBarePushes } from './bare-pushes.ts';
import { crowdOf, follow, warm } from './crowd.ts';
import { pushed, say } from './say.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
    followers: { type: 'string', default: '100000' },
    json: { type: 'string' },
  },
});
const followers = Number(values.followers);
const warmFollowers = followers / 10;
const readsPerSecond = 50;
const rounds = 8;
const smallAuthors = 100;

const isRaised = { TIMELINE_BIG_FOLLOWERS: String(10 * followers) };
const town = await openTown({
  graphFile: values.graph,
  postsCount: 1_000,
  processEnv: { 'timeline-worker': isRaised },
});
const timeline = new pg.Client({ connectionString: town.stack.databaseUrls.timeline });
const logger = createLogger('bench', 'warn');
const redis = createRedisCache({ url: town.stack.redisUrl, logger, name: 'bench' });
try {
  await timeline.connect();
  while (redis.namespace() === null) await new Promise((resolve) => setTimeout(resolve, 10));
  const cache = createHomeCache(redis);
  const crowd = crowdOf(followers);
  const readers = crowd.filter((_, index) => index % 10 === 0);
  await warm(cache, readers);

  const [large = 0n, giant = 0n, ...small] = crowdOf(smallAuthors + 2).map((id) => id + 1n);
  await follow(timeline, large, readers);
  await follow(timeline, giant, crowd);
  const circle = readers.length / smallAuthors;
  for (const [index, author] of small.entries())
    await follow(timeline, author, readers.slice(index * circle, (index + 1) * circle));
  await timeline.query('VACUUM ANALYZE follow, account, reader');

  /** Deliveries a second of posts that wait together; the best of three, for the engine compiles what is hot. */
  async function rateOf(authors: readonly bigint[], posts: number, deliveries: number): Promise<number> {
    let best = 0;
    for (let round = 0; round < 3; round++) {
      await say(timeline, authors, posts);
      best = Math.max(best, deliveries / (await pushed(timeline)));
    }
    return best;
  }
  const rates = {
    bare: await measureBarePushes(cache, readers, 10),
    large: await rateOf([large], 20, 20 * readers.length),
    small: await rateOf(small, 20 * smallAuthors, 20 * readers.length),
  };

  const signedIn = town.people.map(({ token }) => ({ authorization: `Bearer ${token}` }));
  const read = (i: number) => ({ headers: signedIn[i % signedIn.length] ?? {}, body: homePage });
  const loop = startOpenLoop(`${town.stack.url}/graphql`, readsPerSecond, read);
  const reading = async (act: () => Promise<unknown>) => {
    const from = loop.times.length;
    await act();
    return timesOf(loop.times.slice(from));
  };
  const forSeconds = (seconds: number) => () =>
    new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  await reading(forSeconds(5));
  const idle = await reading(forSeconds(20));
  const took: number[] = [];
  const beside = await reading(async () => {
    for (let round = 0; round < rounds; round++) {
      await say(timeline, [giant], 1);
      took.push(await pushed(timeline));
      await forSeconds(0.3)();
    }
  });
  await loop.stop();

  console.log(`\n${town.summary}; ${readers.length} warm lists of 800 entries\n`);
  console.table({
    'the script alone': { 'deliveries/s': Math.round(rates.bare), 'of the script': 1 },
    'one large author': shareOf(rates.large, rates.bare),
    [`${small.length} small authors`]: shareOf(rates.small, rates.bare),
  });
  console.log(
    `A post to ${followers} followers, ${warmFollowers} warm: ${took.map((each) => each.toFixed(2)).join(', ')} s`,
  );
  console.log(
    `Home pages at ${readsPerSecond}/s: p50 ${idle.p50Ms.toFixed(1)}, p99 ${idle.p99Ms.toFixed(1)} ms idle; p50 ${beside.p50Ms.toFixed(1)}, p99 ${beside.p99Ms.toFixed(1)} ms beside (${(beside.p99Ms / idle.p99Ms).toFixed(2)} times)`,
  );
  if (values.json) writeFileSync(values.json, JSON.stringify({ rates, took, idle, beside }, null, 2));
} finally {
  redis.close();
  await timeline.end();
  await town.close();
}

function shareOf(rate: number, bare: number): Record<string, number> {
  return { 'deliveries/s': Math.round(rate), 'of the script': Math.round((rate / bare) * 100) / 100 };
}
