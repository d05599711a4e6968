import { createLogger } from '@murmuration/service-kit';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { execute } from '../../gateway/src/execution/execute.ts';
import type { SubgraphFetcher } from '../../gateway/src/execution/types.ts';
import { createGeneration } from '../../gateway/src/planning/generation.ts';
import { createUsageReporter } from '../../gateway/src/usage/reporter.ts';
import { composeBench, createAnswers, operations, variablesFor } from './graph.ts';

/**
 * What telling a registry costs of a request: counting a call, and the call's share of a report, beside the execution of the small
 * operation alone, which is less than half of a request. `node bench/gateway/micro-usage.ts [calls of a
 * window]`, of ten seconds: 50,000 are 5,000 requests a second.
 */
const [callsOfWindow = 50_000] = process.argv.slice(2).map(Number);
const [operationCount, clientCount, windows] = [200, 20, 50];

const answer = createAnswers();
const fetcher: SubgraphFetcher = {
  fetch: async ({ subgraph, body }) => JSON.parse(await answer(subgraph, body)),
};
const generation = createGeneration(composeBench('http://bench.invalid'), { fetcher });
const compiled = await generation.plan(operations.small);
const context = {
  requestId: 'x',
  identity: null,
  cacheKeyOfIdentity: null,
  deadline: Number.MAX_SAFE_INTEGER,
};
const run = async () =>
  JSON.stringify(await execute(compiled, { variables: variablesFor('small', 0), context }));

let bytes = 0;
const reporter = createUsageReporter({
  send: async (report) => {
    bytes = Math.max(bytes, JSON.stringify(report).length);
    return { status: 'taken' };
  },
  name: 'bench',
  reportMs: 1,
  supergraph: () => '0123456789abcdef',
  logger: createLogger('bench', 'silent'),
});
const documents = Array.from({ length: operationCount }, (_, at) =>
  parse(operations.small.replace(/^query\s*\w*/, `query Small${at}`)),
);
const calls = Array.from({ length: operationCount * clientCount }, (_, at) => {
  const document = documents[at % operationCount];
  const node = document?.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  const client = `client-${Math.floor(at / operationCount)}`;
  return {
    operation: { node },
    admitted: { entry: { document } },
    asked: { head: { header: () => client } },
    errors: undefined,
    startedAtMs: performance.now(),
  } as unknown as Parameters<typeof reporter.observe>[0];
});

async function cpuNs(times: number, work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / times;
}

const observeMany = (count: number) => {
  for (let at = 0; at < count; at++) {
    const call = calls[at % calls.length];
    if (call) reporter.observe(call);
  }
};
for (let at = 0; at < 2_000; at++) await run();
observeMany(100_000);
await new Promise((resolve) => setTimeout(resolve, 500));
const requestNs = await cpuNs(5_000, async () => {
  for (let at = 0; at < 5_000; at++) await run();
});
const countNs = await cpuNs(1_000_000, () => observeMany(1_000_000));
const wholeNs = await cpuNs(windows * callsOfWindow, async () => {
  for (let at = 0; at < windows; at++) {
    observeMany(callsOfWindow);
    // A report is sent at the stop as it is by the clock.
    await reporter.stop();
  }
});
const share = (ns: number) => `${Math.round(ns)} ns, ${((100 * ns) / requestNs).toFixed(2)} %`;
console.log(`executing the small operation: ${Math.round(requestNs)} ns`);
console.log(`counting a call:               ${share(countNs)}`);
console.log(
  `with its share of a report:    ${share(wholeNs)} (${callsOfWindow} calls of ${operationCount} operations by ${clientCount} clients a report, ${bytes} bytes)`,
);
process.exit(0);
