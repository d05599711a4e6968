/**
 * How fast is a home page of which nothing is cached? `pnpm bench home-cold [--authors n] [--posts n] [--muted n]
 * [--samples n] [--json file]`
 *
 * Through the whole graph on one connection: a reader of 1,000 people with 800 posts each, whose page is read right after
 * `FLUSHALL`, one of 150 people, and one of the same and of a person whose 20,000 newest posts are muted; and the pages of
 * the latter two when their lists are there. Beside each stands the barest statement that finds twenty ids, on the same
 * database in the same run. The next page is read once the list behind the last one is made.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startStack } from '@murmuration/dev';
import { Redis } from 'ioredis';
import pg from 'pg';
import { makeCrowd, readers, readersPassword } from './crowd.ts';

const { values } = parseArgs({
  options: {
    authors: { type: 'string', default: '1000' },
    posts: { type: 'string', default: '800' },
    muted: { type: 'string', default: '20000' },
    samples: { type: 'string', default: '200' },
    json: { type: 'string' },
  },
});
const samples = Number(values.samples);
const warmUps = 30;
const size = {
  authors: Number(values.authors),
  postsEach: Number(values.posts),
  fewFollowees: Math.min(150, Number(values.authors)),
  mutedPosts: Number(values.muted),
};

interface Times {
  p50Ms: number;
  p99Ms: number;
}

const homeQuery = `{ homeTimeline(first: 20) { edges { cursor node {
  text createdAt likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted
  author { handle displayName } } repostedBy { handle displayName } } pageInfo { hasNextPage } liveCursor } }`;

const stack = await startStack({
  env: { LOG_LEVEL: 'warn' },
  postgresSettings: { shared_buffers: '512MB', max_wal_size: '4GB' },
  beforeProcesses: ({ databaseUrls }) => makeCrowd(databaseUrls, size),
});
const redis = new Redis(stack.redisUrl);
try {
  const measured: Record<string, Times> = {};
  const tokens = Object.fromEntries(
    await Promise.all(Object.values(readers).map(async (handle) => [handle, await signIn(handle)] as const)),
  );
  const page = (handle: string) => ask(homeQuery, tokens[handle]);
  for (const handle of [readers.many, readers.few, readers.muting]) {
    measured[`${handle}: ids by plain SQL`] = await measureSql(handle);
    measured[`${handle}: cold page`] = await measure(async () => {
      const made = await listsMade();
      await redis.flushall();
      const ms = await timed(() => page(handle));
      while ((await listsMade()) === made) await sleep(5);
      return ms;
    });
    measured[`${handle}: page from its list`] = await measure(() => timed(() => page(handle)));
  }
  console.table(
    Object.fromEntries(
      Object.entries(measured).map(([what, { p50Ms, p99Ms }]) => [
        what,
        { 'p50 ms': round(p50Ms), 'p99 ms': round(p99Ms) },
      ]),
    ),
  );
  const ratio = (a: string, b: string) => round((measured[a]?.p50Ms ?? 0) / (measured[b]?.p50Ms ?? 1));
  console.log(
    `After ${size.mutedPosts} muted posts, to the same without: cold ${ratio('muting: cold page', 'few: cold page')}, ` +
      `from the list ${ratio('muting: page from its list', 'few: page from its list')}.`,
  );
  if (values.json) writeFileSync(values.json, JSON.stringify({ size, measured }, null, 2));
} finally {
  redis.disconnect();
  await stack.stop();
}

async function measure(sample: () => Promise<number>): Promise<Times> {
  const times: number[] = [];
  for (let count = 0; count < warmUps + samples; count++) {
    const ms = await sample();
    if (count >= warmUps) times.push(ms);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await run();
  return performance.now() - startedAtMs;
}

/** The newest twenty ids of whom a reader follows and did not mute, and nothing else that a home page must know. */
async function measureSql(handle: string): Promise<Times> {
  const client = await connect(stack.databaseUrls.timeline);
  try {
    const id = await idOf(handle);
    return await measure(() =>
      timed(() =>
        client.query({
          name: 'floor',
          text: `SELECT p.id FROM (SELECT followee_id AS id FROM follow f WHERE follower_id = $1 AND active
              AND NOT EXISTS (SELECT FROM mute WHERE muter_id = $1 AND muted_id = f.followee_id AND active)) a
            CROSS JOIN LATERAL (SELECT id FROM post_ref WHERE author_id = a.id AND NOT is_deleted ORDER BY id DESC LIMIT 20) p
            ORDER BY p.id DESC LIMIT 20`,
          values: [id],
        }),
      ),
    );
  } finally {
    await client.end();
  }
}

async function idOf(handle: string): Promise<string> {
  const client = await connect(stack.databaseUrls.user);
  const { rows } = await client.query<{ id: string }>('SELECT id FROM account WHERE handle = $1', [handle]);
  await client.end();
  return rows[0]?.id ?? '';
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, options: '-c plan_cache_mode=force_generic_plan' });
  await client.connect();
  return client;
}

/** How many lists the timeline has made so far. */
async function listsMade(): Promise<number> {
  const { metricsUrl } = stack.processes.get('timeline') as { metricsUrl: string };
  const text = await fetch(metricsUrl).then((answer) => answer.text());
  return Number(/^home_timeline_rebuilds_total\{outcome="stored"\} (\d+)/m.exec(text)?.[1] ?? 0);
}

async function signIn(handle: string): Promise<string> {
  const { logIn } = (await ask(
    `mutation { logIn(input: { handleOrEmail: "${handle}", password: "${readersPassword}" }) { accessToken } }`,
  )) as { logIn: { accessToken: string } };
  return logIn.accessToken;
}

async function ask(query: string, token?: string): Promise<unknown> {
  const answer = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await answer.json()) as { data?: unknown; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
