import { createServer, connect, type Server } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { untilItAnswers } from '../src/wait.ts';
import { servers } from './servers.ts';

const real = new URL(servers().postgresUrl);

/** A port that nobody listens on, and one who will: the way to the real server. */
async function lateServer(): Promise<{ url: string; open: () => Promise<void>; close: () => void }> {
  const gate: Server = createServer((socket) => {
    const upstream = connect(Number(real.port), real.hostname);
    socket.pipe(upstream).pipe(socket);
    for (const each of [socket, upstream]) each.on('error', () => each.destroy());
  });
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
  const { port } = gate.address() as { port: number };
  gate.close();
  await once(gate, 'close');
  const url = new URL(real.href);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const open = async () => {
    gate.listen(port, '127.0.0.1');
    await once(gate, 'listening');
  };
  return { url: url.href, open, close: () => void gate.close() };
}

it('waits for a server that is not there yet, and takes one whose database is not', async () => {
  const late = await lateServer();
  const waited: string[] = [];
  const url = new URL(late.url);
  url.pathname = '/nobody_made_it';
  await untilItAnswers({
    url: url.href,
    patienceMs: 20_000,
    pauseMs: 50,
    onWait(code) {
      // Not by the clock: on a busy machine the first try may come later than that.
      if (waited.push(code) === 3) void late.open();
    },
  });
  expect(new Set(waited)).toEqual(new Set(['ECONNREFUSED']));
  late.close();
});

it('gives up when its patience ends, and at once when the server refuses', async () => {
  const late = await lateServer();
  const waiting = untilItAnswers({ url: late.url, patienceMs: 200, pauseMs: 50, onWait: () => undefined });
  await expect(waiting).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const stranger = new URL(real.href);
  stranger.username = 'nobody_at_all';
  const refused = untilItAnswers({ url: stranger.href, patienceMs: 60_000, onWait: () => undefined });
  await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^28/) });
});
