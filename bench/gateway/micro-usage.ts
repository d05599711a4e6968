import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createLogger } from '@murmuration/service-kit';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { execute } from '../../gateway/src/execution/execute.ts';
import type { SubgraphFetcher } from '../../gateway/src/execution/types.ts';
import { createGeneration } from '../../gateway/src/planning/generation.ts';
import { createUsageReporter } from '../../gateway/src/usage/reporter.ts';
import { createSend } from '../../gateway/src/usage/send.ts';
import { composeBench, createAnswers, operations, variablesFor } from './graph.ts';

/**
 * What telling a registry costs of a request: counting a call, and the call's share of a report with sending it over HTTP, beside the
 * execution of the small operation alone, which is less than half of a request. All of it is CPU of this process; who takes the
 * reports is another. `node bench/gateway/micro-usage.ts [calls of a window]`, of thirty seconds: 30,000 are 1,000 requests a second.
 */
const [callsOfWindow = 30_000] = process.argv.slice(2).map(Number);
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

const sink = fork(new URL('./usage-sink.ts', import.meta.url));
const [port] = (await once(sink, 'message')) as [number];
const send = createSend(`http://127.0.0.1:${port}/usage`, undefined);
let bytes = 0;
let isTold = () => {};
const reporter = createUsageReporter({
  send: async (report, timeoutMs) => {
    bytes = report.length;
    const sent = await send(report, timeoutMs);
    setImmediate(isTold);
    return sent;
  },
  name: 'bench',
  reportMs: 10,
  supergraph: () => '0123456789abcdef',
  logger: createLogger('bench', 'silent'),
});
// Whoever sends it, an operation is one object, as long as its document is known.
const known = Array.from({ length: operationCount }, (_, at) => {
  const document = parse(operations.small.replace(/^query\s*\w*/, `query Small${at}`));
  const node = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  return { operation: { node }, admitted: { entry: { document } } };
});
const calls = Array.from({ length: operationCount * clientCount }, (_, at) => {
  const client = `client-${Math.floor(at / operationCount)}`;
  return {
    ...known[at % operationCount],
    asked: { head: { header: () => client } },
    errors: undefined,
    startedAtMs: 0,
  } as unknown as Parameters<typeof reporter.observe>[0] & { startedAtMs: number };
});

async function cpuNs(times: number, work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / times;
}

const observeMany = (count: number) => {
  const nowMs = performance.now();
  for (let at = 0; at < count; at++) {
    const call = calls[at % calls.length];
    if (!call) continue;
    call.startedAtMs = nowMs - (at % 40);
    reporter.observe(call);
  }
};
for (let at = 0; at < 2_000; at++) await run();
observeMany(100_000);
await new Promise((resolve) => setTimeout(resolve, 500));
const requestNs = await cpuNs(5_000, async () => {
  for (let at = 0; at < 5_000; at++) await run();
});
const countNs = await cpuNs(1_000_000, () => observeMany(1_000_000));
reporter.start();
const wholeNs = await cpuNs(windows * callsOfWindow, async () => {
  for (let at = 0; at < windows; at++) {
    observeMany(callsOfWindow);
    await new Promise<void>((resolve) => (isTold = resolve));
  }
});
const share = (ns: number) => `${Math.round(ns)} ns, ${((100 * ns) / requestNs).toFixed(2)} %`;
console.log(`executing the small operation: ${Math.round(requestNs)} ns`);
console.log(`counting a call:               ${share(countNs)}`);
console.log(
  `with its share of a report:    ${share(wholeNs)} (${callsOfWindow} calls of ${operationCount} operations by ${clientCount} clients a report, ${bytes} bytes)`,
);
sink.disconnect();
process.exit(0);
