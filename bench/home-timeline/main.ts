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
import { homePage } from '../home-page.ts';
import { type Measured, measure } from '../measure.ts';
import { printTable } from '../table.ts';
import { openTown } from '../town.ts';
import { measureSqlFloor } from './sql-floor.ts';

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

const floor = JSON.stringify({ query: 'query Floor { __typename }' });

const town = await openTown({ graphFile: values.graph, postsCount: Number(values.posts) });
try {
  const measured: Measured[] = [];
  for (const connections of [1, 8]) {
    for (const [what, body] of [
      ['the edge alone', floor],
      ['home page', homePage],
    ] as const) {
      measured.push(await measure(town, { what, body: () => body, connections, warmUpSeconds, seconds }));
    }
  }
  const sql = await measureSqlFloor(
    town.stack.databaseUrls.post,
    town.stack.databaseUrls.timeline,
    seconds / 2,
  );
  console.log(`\n${town.summary}\n`);
  printTable(measured, 'the edge alone');
  console.log(`Bare text by plain SQL on one connection: ${Math.round(sql)} pages/s`);
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify({ town: town.summary, measured, sqlPagesPerSecond: sql }, null, 2),
    );
} finally {
  await town.close();
}
