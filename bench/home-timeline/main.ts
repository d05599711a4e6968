/**
 * How fast is a home page through the whole graph? `pnpm bench home-timeline [--graph file] [--seconds n]
 * [--posts n] [--json file]`
 *
 * Twenty posts with text, author, counts and the viewer's own state, of readers of a real follow graph, at 1
 * and 8 connections. A busy machine slows everything: compare the CPU a request takes, and the ratios to the
 * two floors, which are measured in the same run: an operation that needs no subgraph, and one page of bare
 * text from one table by plain SQL. docs/performance.md tells how to find out where the CPU goes.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countersOf } from './costs.ts';
import { cpuOf } from './cpu.ts';
import { load, type Loaded } from '../load.ts';
import { measureSqlFloor } from './sql-floor.ts';
import { printTable } from './table.ts';
import { openTown } from './town.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
    posts: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const warmUpSeconds = 8;

const homeQuery = `query HomePage { homeTimeline(first: 20) { edges { cursor node {
  text createdAt likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted
  author { handle displayName } } repostedBy { handle displayName } } pageInfo { hasNextPage } liveCursor } }`;
const floorQuery = 'query Floor { __typename }';

export interface Measured extends Loaded {
  what: string;
  connections: number;
  statementsPerRequest: number;
  redisCommandsPerRequest: number;
  /** Milliseconds of CPU a request, by process; what the load itself takes is no part of a request. */
  cpuMs: Record<string, number>;
}

const town = await openTown({ graphFile: values.graph, postsCount: Number(values.posts) });
try {
  const measured: Measured[] = [];
  const measure = async (what: string, query: string, connections: number) => {
    const body = JSON.stringify({ query });
    const signedIn = town.tokens.map((token) => ({ authorization: `Bearer ${token}` }));
    const readers = {
      url: `${town.stack.url}/graphql`,
      connections,
      body: () => body,
      headers: (i: number) => signedIn[i % signedIn.length] ?? {},
    };
    // The engine compiles what is hot; a process that has served for a few seconds is not what one operates.
    await load({ ...readers, durationMs: warmUpSeconds * 1_000 });
    const before = { ...(await countersOf(town.stack)), cpu: await cpuOf(town.stack) };
    const result = await load({ ...readers, durationMs: seconds * 1_000 });
    const after = { ...(await countersOf(town.stack)), cpu: await cpuOf(town.stack) };
    const cpuMs = Object.entries(after.cpu).map(([name, used]) => [
      name,
      (Math.max(0, used - (before.cpu[name] ?? 0)) * 1_000) / result.requests,
    ]);
    measured.push({
      what,
      connections,
      ...result,
      statementsPerRequest: (after.sql - before.sql) / result.requests,
      redisCommandsPerRequest: (after.redis - before.redis) / result.requests,
      cpuMs: Object.fromEntries(cpuMs),
    });
  };
  for (const connections of [1, 8]) {
    await measure('no subgraph', floorQuery, connections);
    await measure('home page', homeQuery, connections);
  }
  const sql = await measureSqlFloor(
    town.stack.databaseUrls.post,
    town.stack.databaseUrls.timeline,
    seconds / 2,
  );
  printTable({ town: town.summary, measured, sqlPagesPerSecond: sql });
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify({ town: town.summary, measured, sqlPagesPerSecond: sql }, null, 2),
    );
} finally {
  await town.close();
}
