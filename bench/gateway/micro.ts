import { parse } from 'graphql';
import { execute } from '../../gateway/src/execution/execute.ts';
import type { SubgraphFetcher } from '../../gateway/src/execution/types.ts';
import { createGeneration } from '../../gateway/src/planning/generation.ts';
import { createStockGateway } from '../../gateway/test/differential/stock.ts';
import { composeBench, createAnswers, operations, variablesFor } from './graph.ts';

/** Execution alone: subgraphs answer from memory in this process, so what is left is the executor's own work. */
const [name = 'heavy', rounds = '300', only = ''] = process.argv.slice(2);
const operation = name === 'small' ? 'small' : 'heavy';
const answer = createAnswers();
const sdl = composeBench('http://bench.invalid');
let calls = 0;
const fetcher: SubgraphFetcher = {
  async fetch({ subgraph, body }) {
    calls++;
    return JSON.parse(await answer(subgraph, body));
  },
};
const source = operations[operation];
const document = parse(source);
const context = {
  requestId: 'x',
  identity: null,
  cacheKeyOfIdentity: null,
  deadline: Number.MAX_SAFE_INTEGER,
};
const generation = createGeneration(sdl, { fetcher });
const compiled = await generation.plan(source);
const stock = await createStockGateway(sdl, async (subgraph, query, variables) => {
  calls++;
  return JSON.parse(await answer(subgraph, `{"query":${JSON.stringify(query)},"variables":${variables}}`));
});

const executors = {
  ours: () => execute(compiled, { variables: variablesFor(operation, 0), context }),
  stock: () => stock.execute(document, source, variablesFor(operation, 0)),
};

for (const [executor, run] of Object.entries(executors)) {
  if (only !== '' && only !== executor) continue;
  let text = '';
  for (let i = 0; i < Math.min(100, Number(rounds)); i++) text = JSON.stringify(await run());
  calls = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < Number(rounds); i++) JSON.stringify(await run());
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000 / Number(rounds);
  console.log(
    `${executor}: ${cpuMs.toFixed(3)} ms CPU, ${calls / Number(rounds)} calls, ${text.length} bytes`,
  );
}
await stock.stop();
