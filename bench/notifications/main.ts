/**
 * How fast is a page of notifications through the whole graph? `pnpm bench notifications [--graph file] [--seconds n]
 * [--likes n] [--json file]`
 *
 * Twenty notifications with the people in them and their posts, beside a page of twenty posts of the home timeline, of the same readers
 * in the same run: compare the two. Then one post of somebody's is liked by a hundred thousand, and their page is measured beside
 * an ordinary one.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createTimelinePool } from '../../subgraphs/timeline/src/database/pool.ts';
import { homePage } from '../home-page.ts';
import { type Measured, measure } from '../measure.ts';
import { printTable } from '../table.ts';
import { openTown } from '../town.ts';
import { notifyEverybody, notifyOfLikes } from './news.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
    posts: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '10' },
    likes: { type: 'string', default: '100000' },
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
try {
  await notifyEverybody(pool, town);
  const measured: Measured[] = [];
  const run = async (what: string, body: string, connections: number, of = town) =>
    measured.push(await measure(of, { what, body: () => body, connections, warmUpSeconds, seconds }));
  for (const connections of [1, 8]) {
    await run('home page', homePage, connections);
    await run('notifications', notificationsPage, connections);
  }
  const [famous] = town.people;
  if (!famous) throw new Error('nobody is there');
  const alone = { ...town, people: [famous] };
  await run('one reader', notificationsPage, 1, alone);
  const likes = Number(values.likes);
  const startedAtMs = performance.now();
  await notifyOfLikes(pool, famous.id, likes);
  const perSecond = Math.round((1_000 * likes) / (performance.now() - startedAtMs));
  await run('… with a viral post', notificationsPage, 1, alone);
  console.log(`\n${town.summary}\n`);
  printTable(measured, 'home page');
  console.log(
    `${likes} likes of one post became one notification at ${perSecond} likes/s, 500 a transaction`,
  );
  if (values.json)
    writeFileSync(values.json, JSON.stringify({ town: town.summary, measured, perSecond }, null, 2));
} finally {
  await pool.end();
  await town.close();
}
