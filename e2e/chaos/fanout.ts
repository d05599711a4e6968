import { setTimeout as sleep } from 'node:timers/promises';
import { startStack } from '@murmuration/dev';
import { decodeId } from '@murmuration/ids';
import { createLogger, createRedisCache } from '@murmuration/service-kit';
import { type Member, signUpCast } from '@murmuration/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createHomeCache } from '../../subgraphs/timeline/src/home-cache/cache.ts';
import { crowdOf, follow, warm } from '../../bench/fanout/crowd.ts';
import { entriesBefore, judgeLists, movedOf, poison } from './fanout-crowd.ts';
import { createRandom } from './random.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';

const followers = 100_000;
const unluckyFollowers = 60;
/** The worker dies so long after the posts, at most: at every stage of their push. */
const killWithinMs = 1_500;
const drainWithinMs = 90_000;
const page = 5;
const workers = ['timeline-worker', 'timeline-worker-2'] as const;

/**
 * Somebody with a hundred thousand followers, all with a cached list, posts while one of two workers is killed again and
 * again, and every push to one follower of another author fails. In the end nothing waits, each of the lists is exactly
 * what was posted, or its reader's epoch moved, and no page of a reader who follows them all was wrong on the way.
 */
export async function fanout({ seconds, seed, log }: ChaosOptions): Promise<ChaosResult> {
  const random = createRandom(seed);
  const stack = await startStack({
    processEnv: { 'timeline-worker': { TIMELINE_BIG_FOLLOWERS: String(2 * followers) } },
    // Two of everything, of which only the second worker is wanted: everybody else is told of the first ones.
    replicas: {
      count: 2,
      balance: async (instances) => new Map([...instances].map(([name, urls]) => [name, urls[0] ?? ''])),
    },
  });
  const timeline = new pg.Client({ connectionString: stack.databaseUrls.timeline });
  const redis = new Redis(stack.redisUrl);
  const connection = createRedisCache({
    url: stack.redisUrl,
    logger: createLogger('chaos', 'silent'),
    name: 'chaos',
  });
  try {
    await timeline.connect();
    const idle = [...stack.processes.keys()].filter((name) => name.endsWith('-2') && name !== workers[1]);
    await Promise.all(idle.map((name) => stack.processes.get(name)?.stop()));
    const cast = await signUpCast(`${stack.url}/graphql`, ['giant', 'small', 'unlucky', 'reader']);
    const { giant, reader, small, unlucky } = cast;
    for (const author of [giant, small, unlucky]) await reader.follow(author);
    await sleep(500);

    while (connection.namespace() === null) await sleep(10);
    const namespace = connection.namespace() ?? '';
    const crowd = crowdOf(followers);
    const few = crowdOf(unluckyFollowers, followers + 1);
    const [victim = 0n] = few;
    await follow(timeline, numberOf(giant), crowd);
    await follow(timeline, numberOf(unlucky), few);
    await warm(createHomeCache(connection), [...crowd, ...few], entriesBefore);
    await poison(redis, namespace, victim);
    await readHome(reader);
    await sleep(500);

    const wrong: string[] = [];
    const posts: string[] = [];
    const toCrowd: bigint[] = [];
    const toFew: bigint[] = [];
    let deaths = 0;
    let pages = 0;
    const over = Date.now() + seconds * 1_000;
    for (let round = 0; Date.now() < over; round += 1) {
      const known = posts.length;
      posts.push(await giant.post(`to very many, ${round}`));
      toCrowd.push(postNumber(posts.at(-1)));
      posts.push(await small.post(`to few, ${round}`), await unlucky.post(`to some and one, ${round}`));
      toFew.push(postNumber(posts.at(-1)));
      await sleep(random.next() * killWithinMs);
      const killed = random.oneOf(workers);
      await stack.kill(killed);
      deaths += 1;
      // Of this round's posts nobody promises anything yet; of those before everything must be there, in its place.
      const shown = await readHome(reader);
      pages += 1;
      const isRight = Array.from({ length: posts.length - known + 1 }, (_, more) =>
        newest(posts, known + more),
      );
      if (!isRight.includes(shown)) wrong.push(`in round ${round} the reader's home is ${shown}`);
      await stack.start(killed);
    }

    const drainedAt = Date.now();
    const waiting = async () =>
      (await timeline.query('SELECT count(*)::int AS n FROM fanout_task')).rows[0].n;
    while ((await waiting()) > 0 && Date.now() - drainedAt < drainWithinMs) await sleep(100);
    const drainSeconds = (Date.now() - drainedAt) / 1_000;
    if ((await waiting()) > 0) wrong.push(`${await waiting()} tasks are left over`);

    const judge = async (people: readonly bigint[], posted: readonly bigint[]) => {
      const moved = await movedOf(timeline, people);
      const kept = people.filter((id) => !moved.has(id));
      const judged = await judgeLists(redis, namespace, kept, posted);
      return { ...judged, kept: kept.length, moved: moved.size };
    };
    const ofCrowd = await judge(crowd, toCrowd);
    const ofFew = await judge(few, toFew);
    for (const [of, { exact, kept, lacking, twice, unordered }] of Object.entries({
      giant: ofCrowd,
      unlucky: ofFew,
    }))
      if (exact !== kept)
        wrong.push(
          `followers of ${of}: ${lacking} lists lack a post, ${twice} hold one twice, ${unordered} are out of order`,
        );
    if (ofCrowd.moved > 0) wrong.push(`${ofCrowd.moved} epochs moved of people to whom nothing failed`);
    if (ofFew.moved === 0) wrong.push('nobody was given up, though every push to somebody failed');
    const last = await readHome(reader);
    if (last !== newest(posts, posts.length)) wrong.push(`at last the reader's home is ${last}`);
    log(
      `${posts.length} posts, one of two workers died ${deaths} times, ${pages} pages compared on the way; nothing waited ` +
        `${drainSeconds.toFixed(1)} s after the last death; ${ofCrowd.exact} of ${followers} lists exact with ${toCrowd.length} ` +
        `posts each; of ${unluckyFollowers} beside the poisoned one's ${ofFew.exact} exact, ${ofFew.moved} made anew`,
    );
    return {
      wrong,
      figures: {
        posts: posts.length,
        deaths,
        pages,
        exact: ofCrowd.exact,
        givenUp: ofFew.moved,
        drainSeconds,
      },
    };
  } finally {
    connection.close();
    redis.disconnect();
    await timeline.end();
    await stack.stop();
  }
}

const numberOf = ({ id }: Member): bigint => decodeId('User', id) ?? 0n;
const postNumber = (id: string | undefined): bigint => decodeId('Post', id ?? '') ?? 0n;
/** What the page shows when it knows the first so many posts. */
const newest = (posts: readonly string[], known: number): string =>
  posts.slice(0, known).slice(-page).reverse().join();

async function readHome(reader: Member): Promise<string> {
  const { homeTimeline } = await reader.ask<{ homeTimeline: { edges: { node: { id: string } | null }[] } }>(
    `{ homeTimeline(first: ${page}) { edges { node { id } } } }`,
  );
  return homeTimeline.edges.map(({ node }) => node?.id ?? 'nothing').join();
}
