import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { WebSocket } from 'ws';
import { atRate } from './at-rate.ts';
import type { Crowd } from './crowd.ts';
import type { BenchPerson } from './people.ts';
import { showRate } from './show.ts';

const slow = 20;
const streamsOfEach = 10;
const texts = 40;
/** Each event of each stream is about a kilobyte and a half, so that what the kernel holds is full within seconds. */
const wide = `subscription { homeTimelineUpdates { cursor ... on PostAdded { edge { node { id ${Array.from(
  { length: texts },
  (_, n) => `t${n}: text`,
).join(' ')} } } } } }`;
const sampleMs = 100;

interface Speaker {
  person: BenchPerson;
  place: number;
  due: number;
}

/**
 * What do some who take much and read nothing cost those who read? The same rate twice: while they read, and while they
 * do not. What is due, and how late it came, is of the others.
 * @param listeners follow all speakers
 */
export async function measureSlow(
  stack: Stack,
  crowd: Crowd,
  speakers: readonly Speaker[],
  { listeners, seconds }: { listeners: readonly BenchPerson[]; seconds: number },
): Promise<void> {
  for (const isReading of [true, false]) {
    const sockets = await Promise.all(listeners.slice(0, slow).map((person) => open(stack, person)));
    await sleep(1_000);
    if (!isReading) for (const { socket } of sockets) socket.pause();
    const memory = watchMemory(stack);
    const rate = await atRate(stack, crowd, speakers, { perSecond: 10, seconds: 2 * seconds });
    const { before, most } = memory.stop();
    for (const { socket } of sockets) socket.resume();
    await sleep(1_000);
    const codes = Map.groupBy(sockets, ({ closed }) => closed() ?? 'open');
    const ended = [...codes].map(([code, of]) => `${of.length} ${code}`).join(', ');
    showRate(`beside ${slow} sockets that read ${isReading ? 'everything' : 'nothing'}`, rate);
    console.log(
      `  the gateway's memory: ${before.toFixed(0)} MiB before, ${most.toFixed(0)} at most; of the ${slow} sockets: ${ended}`,
    );
    for (const { socket } of sockets) socket.terminate();
  }
}

async function open(stack: Stack, { token }: BenchPerson) {
  const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  let closed: number | undefined;
  socket.on('error', () => undefined);
  socket.on('close', (code) => (closed = code));
  await new Promise((resolve) => socket.once('open', resolve));
  const acknowledged = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await acknowledged;
  for (let id = 0; id < streamsOfEach; id++)
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: wide } }));
  return { socket, closed: () => closed };
}

/** The resident memory of the gateway's process in MiB, looked at again and again. */
function watchMemory(stack: Stack) {
  const pid = stack.processes.get('gateway')?.pid();
  const read = () =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
  const before = read();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, read())), sampleMs);
  return {
    stop() {
      clearInterval(timer);
      return { before, most };
    },
  };
}
