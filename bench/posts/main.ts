/**
 * How many posts a second does the whole graph acknowledge? `pnpm bench posts [--graph file] [--seconds n]
 * [--connections 1,8,32] [--json file]`
 *
 * Each is durable when it is answered, and everything that follows from it goes on beside: the feed, the
 * projection, the fan-out into cached lists. Floors of the same run: an operation that needs no subgraph, and the
 * post and its event alone, written by one prepared statement on as many connections to the same database.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Measured, measure } from '../measure.ts';
import { printTable } from '../table.ts';
import { openTown } from '../town.ts';
import { measureBareWrites } from './bare-writes.ts';
import { caughtUp } from './caught-up.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
    connections: { type: 'string', default: '1,8,32' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const warmUpSeconds = 8;

const query = `mutation Post($text: String!) { createPost(input: { text: $text }) { post { id createdAt } } }`;
const postBody = (i: number) =>
  JSON.stringify({ query, variables: { text: `What I say for the ${i}th time` } });
const floorBody = JSON.stringify({ query: 'query Floor { __typename }' });

const town = await openTown({ graphFile: values.graph, postsCount: 1_000 });
try {
  const measured: Measured[] = [];
  const bare: Record<string, number> = {};
  const drained: Record<string, number> = {};
  for (const connections of values.connections.split(',').map(Number)) {
    const question = { connections, warmUpSeconds, seconds };
    measured.push(
      await measure(town, { ...question, what: 'the edge alone', body: () => floorBody, warmUpSeconds: 2 }),
      await measure(town, { ...question, what: 'createPost', body: postBody }),
    );
    // What the next row measures is not to pay for what this one left behind.
    drained[connections] = await caughtUp(town.stack);
    bare[connections] = await measureBareWrites(town.stack.databaseUrls.post, connections, seconds / 2);
  }
  console.log(`\n${town.summary}\n`);
  printTable(measured, 'the edge alone');
  for (const [connections, perSecond] of Object.entries(bare)) {
    const behind = drained[connections]?.toFixed(1);
    console.log(
      `${connections} connections: the bare statement ${Math.round(perSecond)}/s; lists were ${behind} s behind at the end`,
    );
  }
  if (values.json) {
    writeFileSync(values.json, JSON.stringify({ town: town.summary, measured, bare, drained }, null, 2));
  }
} finally {
  await town.close();
}
