import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@murmuration/service-kit';
import { parse, type OperationDefinitionNode } from 'graphql';
import { afterEach, expect, it } from 'vitest';
import type { Observed } from '../operation/observe/observe.ts';
import { createUsageReporter } from './reporter.ts';
import { createSend, type Send, type Sent } from './send.ts';

type Report = {
  sequence: number;
  lost: number;
  uses: { calls: [client: number, count: number, errors: number, latency: number[]][] }[];
};

/** A registry that keeps what it is sent and answers as it is told to. */
async function registry(statuses: number[]) {
  const received: Report[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      received.push(JSON.parse(text) as Report);
      const status = statuses.shift() ?? 202;
      // Its answer is lost.
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { received, url: `http://127.0.0.1:${port}/usage` };
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

const document = parse('query Me { me }');
const observed = {
  operation: { node: document.definitions[0] as OperationDefinitionNode },
  admitted: { entry: { document } },
  asked: { head: { header: (name: string) => (name === 'apollographql-client-name' ? 'ios' : undefined) } },
  errors: undefined,
  startedAtMs: performance.now(),
  endedAtMs: performance.now(),
} as unknown as Observed;

function reporterFor(to: string | Send) {
  return createUsageReporter({
    send: typeof to === 'string' ? createSend(to, 'mrt_x') : to,
    name: 'g1',
    reportMs: 10,
    supergraph: () => '0123456789abcdef',
    logger: createLogger('test', 'silent'),
  });
}

const callsOf = (reports: Report[]) =>
  [...new Map(reports.map((report) => [report.sequence, report])).values()]
    .flatMap(({ uses }) => uses.flatMap(({ calls }) => calls))
    .reduce((sum, [, count]) => sum + count, 0);

it('sends what failed again under the same number, and nothing is lost or told twice', async () => {
  const { received, url } = await registry([500, 0, 429, 503, 401]);
  const reporter = reporterFor(url);
  reporter.observe(observed);
  reporter.start();
  await expect.poll(() => received.length).toBeGreaterThan(0);
  for (let calls = 1; calls < 10; calls++) reporter.observe(observed);
  await expect.poll(() => callsOf(received)).toBe(10);
  const firsts = received.slice(0, 6);
  expect(new Set(firsts.map(({ sequence }) => sequence))).toEqual(new Set([1]));
  expect(firsts.at(-1)?.uses).toEqual(firsts[0]?.uses);
  await reporter.stop();
});

it('tells that it lost what was refused, and what is left when it stops', async () => {
  const { received, url } = await registry([400]);
  const reporter = reporterFor(url);
  reporter.observe(observed);
  reporter.start();
  await expect.poll(() => received.length).toBeGreaterThan(1);
  expect(received[1]).toMatchObject({
    sequence: 2,
    lost: callsOf(received.slice(0, 1)),
  });
  reporter.observe(observed);
  await reporter.stop();
  expect(received.some(({ sequence, uses }) => sequence > 1 && uses.length > 0)).toBe(true);
});

it('stops although the registry does not answer', async () => {
  const reporter = reporterFor('http://127.0.0.1:9/usage');
  reporter.observe(observed);
  reporter.start();
  await reporter.stop();
});

it('stops while a report is on its way, and counts none of it twice nor another for it', async () => {
  const sending: { report: Report; answer: (sent: Sent) => void }[] = [];
  const reporter = reporterFor(
    (report) =>
      new Promise((answer) => void sending.push({ report: JSON.parse(report.toString()) as Report, answer })),
  );
  const sent = (at: number) => sending[at] as (typeof sending)[number];
  reporter.observe(observed);
  reporter.start();
  await expect.poll(() => sending.length).toBe(1);
  reporter.observe(observed);
  const stopping = reporter.stop();
  expect(sending.map(({ report }) => report.sequence)).toEqual([1, 1]);
  sent(1).answer({ status: 'taken', unkept: [] });
  await expect.poll(() => sending.length).toBe(3);
  // Late, as the one that the registry knows already.
  sent(0).answer({ status: 'refused', because: 'a test' });
  await new Promise(setImmediate);
  sent(2).answer({ status: 'refused', because: 'a test' });
  await stopping;
  expect(sent(2).report).toMatchObject({
    sequence: 2,
    lost: 0,
    uses: [{ calls: [[0, 1, 0, expect.anything()]] }],
  });
});
