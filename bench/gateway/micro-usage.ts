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
/** What the transport hands over: headers are looked up by name among those that a client sends. */
function headOf(client: string) {
  const headers: Record<string, string> = {
    host: 'graph.test',
    'content-type': 'application/json',
    authorization: `Bearer ${client}`,
    accept: 'application/graphql-response+json',
    'accept-encoding': 'gzip',
    'user-agent': 'bench',
    'apollographql-client-name': client,
    'apollographql-client-version': '1.2',
    'content-length': '120',
  };
  return { header: (name: string) => headers[name] };
}
const calls = shuffled(
  Array.from({ length: operationCount * clientCount }, (_, at) => {
    const client = `client-${Math.floor(at / operationCount)}`;
    return {
      ...known[at % operationCount],
      asked: { head: headOf(client) },
      errors: undefined,
      startedAtMs: 0,
      endedAtMs: 0,
    } as unknown as Parameters<typeof reporter.observe>[0] & { startedAtMs: number; endedAtMs: number };
  }),
);

/** Nobody's calls come in the order of operations or clients; the same in every run. */
function shuffled<One>(all: One[]): One[] {
  let seed = 1;
  return all
    .map((one) => ({ one, at: (seed = (seed * 48_271) % 2_147_483_647) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ one }) => one);
}

async function cpuNs(times: number, work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / times;
}

type Observe = typeof reporter.observe;
const observeMany = (count: number, observe: Observe = reporter.observe) => {
  const nowMs = performance.now();
  for (let at = 0; at < count; at++) {
    const call = calls[at % calls.length];
    if (!call) continue;
    call.startedAtMs = nowMs - (at % 40);
    call.endedAtMs = nowMs;
    observe(call);
  }
};
let failed = 0;
/** What going over the calls takes by itself, which is nothing that a gateway does. */
const look: Observe = ({ errors, operation }) => void (operation && errors && failed++);
for (let at = 0; at < 2_000; at++) await run();
observeMany(100_000);
observeMany(100_000, look);
await new Promise((resolve) => setTimeout(resolve, 500));
const requestNs = await cpuNs(5_000, async () => {
  for (let at = 0; at < 5_000; at++) await run();
});
const loopNs = await cpuNs(1_000_000, () => observeMany(1_000_000, look));
const countNs = (await cpuNs(1_000_000, () => observeMany(1_000_000))) - loopNs;
reporter.start();
const withReportsNs = await cpuNs(windows * callsOfWindow, async () => {
  for (let at = 0; at < windows; at++) {
    observeMany(callsOfWindow);
    await new Promise<void>((resolve) => (isTold = resolve));
  }
});
const wholeNs = withReportsNs - loopNs;
const share = (ns: number) => `${Math.round(ns)} ns, ${((100 * ns) / requestNs).toFixed(2)} %`;
console.log(`executing the small operation: ${Math.round(requestNs)} ns`);
console.log(`counting a call:               ${share(countNs)}`);
console.log(
  `with its share of a report:    ${share(wholeNs)} (${callsOfWindow} calls of ${operationCount} operations by ${clientCount} clients a report, ${bytes} bytes)`,
);
sink.disconnect();
process.exit(0);
