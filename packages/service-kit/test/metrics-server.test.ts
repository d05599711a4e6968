import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { metrics, metricsLimits, serveMetrics } from '../src/index.ts';

test('however many scrape at once, few pages are written and only so many are let in', async () => {
  let written = 0;
  const write = metrics.metrics;
  metrics.metrics = () => {
    written++;
    return write.call(metrics);
  };
  const server = await serveMetrics({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(server.url).port);
  const sockets = Array.from({ length: metricsLimits.connections + 20 }, () => connect(port, '127.0.0.1'));
  try {
    let answers = 0;
    let cut = 0;
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.once('data', () => answers++);
      socket.once('close', () => cut++);
      socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    }
    await expect.poll(() => [answers, cut]).toEqual([metricsLimits.connections, 20]);
    expect(written).toBeLessThan(metricsLimits.connections / 2);
  } finally {
    metrics.metrics = write;
    const closed = sockets.filter((socket) => !socket.closed).map((socket) => once(socket, 'close'));
    await server.close();
    await Promise.all(closed);
  }
});
