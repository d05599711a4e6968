import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { currentTraceContext, inSpan, isTracing, startTracing, traceIds } from './tracing.ts';

test('without a collector nothing is traced and nothing is carried', async () => {
  const tracing = await startTracing({ name: 'test', environment: {} });
  expect(isTracing()).toBe(false);
  expect(await inSpan('work', {}, () => [currentTraceContext(), traceIds()])).toEqual([null, {}]);
  await tracing.stop();
});

test('spans arrive at the collector that the environment names; logs bear their ids', async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(`${request.url} ${Buffer.concat(chunks)}`);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const tracing = await startTracing({ name: 'timeline', environment });
  const ids = await inSpan('fan out', {}, () => traceIds());
  await expect(inSpan('fails', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await tracing.stop();
  collector.close();
  const sent = bodies.join('\n');
  expect(sent).toMatch(/^\/v1\/traces /);
  for (const text of ['"timeline"', '"fan out"', '"fails"', `"${ids.traceId}"`]) expect(sent).toContain(text);
  expect(isTracing()).toBe(false);
});
