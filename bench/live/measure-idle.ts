import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startStack } from '@murmuration/dev';
import { startCrowd } from './crowd.ts';

const sockets = 10_000;

/** What an open socket that does nothing takes of a gateway's memory, beside one of bare `ws`. */
export async function measureIdle(): Promise<void> {
  const crowd = startCrowd();
  const stack = await startStack({
    env: { LOG_LEVEL: 'warn' },
    processEnv: { gateway: { SOCKET_MAX_PER_ADDRESS: '20000' } },
  });
  try {
    const nobody = Array<null>(sockets).fill(null);
    const server = fork(new URL('./bare.ts', import.meta.url), { stdio: 'inherit' });
    const port = await new Promise<number>((resolve) =>
      server.once('message', (given) => resolve(Number(given))),
    );
    const each = async (pid: number | undefined, url: string) => {
      const before = residentKb(pid);
      await crowd.open(url, '', nobody);
      await sleep(20_000); // pings go out meanwhile, and the collector has its turn
      const after = residentKb(pid);
      await crowd.close();
      await sleep(3_000);
      return (after - before) / sockets;
    };
    const bare = await each(server.pid, `ws://127.0.0.1:${port}/graphql`);
    server.disconnect();
    const url = `${stack.url.replace('http', 'ws')}/graphql`;
    const ours = await each(stack.processes.get('gateway')?.pid(), url);
    console.log(
      `${sockets} idle sockets: ${ours.toFixed(1)} KB each at the gateway, ${bare.toFixed(1)} KB at bare graphql-ws`,
    );
  } finally {
    crowd.stop();
    await stack.stop();
  }
}

function residentKb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
}
