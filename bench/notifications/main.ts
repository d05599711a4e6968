/**
 * How fast is a page of notifications through the whole graph? `pnpm bench notifications [--graph file] [--seconds n]
 * [--likes n] [--viral [--over seconds]] [--json file]`
 *
 * Twenty notifications with the people in them and their posts, beside a page of twenty posts of the home timeline, of the same readers
 * in the same run: compare the two. Then one post of somebody's is liked by a hundred thousand, and their page is measured beside
 * an ordinary one.
 *
 * With `--viral` only that, and all the way: the likes are events of `post`, written within `--over` seconds (600) while others write
 * posts. It fails unless they are one notification, a page reads no more rows than before but for a few, and takes at most twice
 * as long.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createTimelinePool } from '../../subgraphs/timeline/src/database/pool.ts';
import { homePage } from '../home-page.ts';
import { type Measured, measure } from '../measure.ts';
import { printTable } from '../table.ts';
import { openTown, type Person } from '../town.ts';
import { notifyEverybody, notifyOfLikes } from './news.ts';
import { goViral, rowsRead } from './viral.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
    posts: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '10' },
    likes: { type: 'string', default: '100000' },
    viral: { type: 'boolean', default: false },
    over: { type: 'string', default: '600' },
    json: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const warmUpSeconds = 5;

const notificationsPage = JSON.stringify({
  query: `query Notifications { viewer { unreadNotificationCount notifications(first: 20) { pageInfo { hasNextPage }
    edges { cursor node { id kind grewAt isUnread actorCount actors { displayName handle }
      post { id text createdAt likeCount author { displayName handle } } } } } } }`,
});

const town = await openTown({ graphFile: values.graph, postsCount: Number(values.posts) });
const pool = createTimelinePool({
  url: town.stack.databaseUrls.timeline,
  poolSize: 2,
  applicationName: 'bench',
  onError: (error) => console.error(error.message),
});
const [famous] = town.people;
if (!famous) throw new Error('nobody is there');
const alone = { ...town, people: [famous] };
const likes = Number(values.likes);
const measured: Measured[] = [];

async function run(what: string, body: string, connections: number, of = town): Promise<Measured> {
  const row = await measure(of, { what, body: () => body, connections, warmUpSeconds, seconds });
  measured.push(row);
  return row;
}

/** A page beside which nothing happens, with the rows that it reads. */
async function measurePage(what: string): Promise<Measured & { rowsRead: number }> {
  const before = await rowsRead(town);
  const asked = await pagesAsked(100);
  const rows = (await rowsRead(town)) - before;
  return { ...(await run(what, notificationsPage, 1, alone)), rowsRead: rows / asked };
}

async function pagesAsked(count: number): Promise<number> {
  for (let asked = 0; asked < count; asked++) {
    const answer = await fetch(`${town.stack.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${famous?.token}` },
      body: notificationsPage,
    });
    const text = await answer.text();
    if (!answer.ok || text.includes('"errors"')) throw new Error(text);
  }
  return count;
}

async function ordinary(): Promise<object> {
  for (const connections of [1, 8]) {
    await run('home page', homePage, connections);
    await run('notifications', notificationsPage, connections);
  }
  await run('one reader', notificationsPage, 1, alone);
  const startedAtMs = performance.now();
  await notifyOfLikes(pool, famous?.id ?? 0n, likes);
  const perSecond = Math.round((1_000 * likes) / (performance.now() - startedAtMs));
  await run('… with a viral post', notificationsPage, 1, alone);
  printTable(measured, 'home page');
  console.log(
    `${likes} likes of one post became one notification at ${perSecond} likes/s, 500 a transaction`,
  );
  return { perSecond };
}

async function viral(who: Person): Promise<object> {
  const before = await measurePage('one reader');
  const became = await goViral(town, who, { likes, seconds: Number(values.over) });
  const after = await measurePage('… with a viral post');
  printTable(measured, 'one reader');
  console.log(`rows read a page: ${before.rowsRead} before, ${after.rowsRead} after`);
  console.log(JSON.stringify(became, null, 2));
  const wrong = [
    ...(became.groups === 1 ? [] : [`the likes are ${became.groups} notifications`]),
    // One notification more on the page, with the people that are looked at for it.
    ...(after.rowsRead <= before.rowsRead + 64 ? [] : [`a page reads ${after.rowsRead} rows`]),
    ...(after.p99Ms <= 2 * before.p99Ms ? [] : [`a page takes ${after.p99Ms} ms, before ${before.p99Ms}`]),
  ];
  for (const what of wrong) console.error(`WRONG: ${what}`);
  if (wrong.length > 0) process.exitCode = 1;
  return { became, rowsRead: { before: before.rowsRead, after: after.rowsRead }, wrong };
}

try {
  await notifyEverybody(pool, town);
  console.log(`\n${town.summary}\n`);
  const found = values.viral ? await viral(famous) : await ordinary();
  if (values.json)
    writeFileSync(values.json, JSON.stringify({ town: town.summary, measured, ...found }, null, 2));
} finally {
  await pool.end();
  await town.close();
}
