import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const timeoutMs = 60_000;
/** Between two looks whether anybody listens, which is nothing beside a request that nobody takes. */
const lookEveryMs = 40;
const askEveryMs = 100;

/**
 * Resolves when `/readyz` says yes.
 * @throws Error naming what the service still misses after a minute
 */
export async function whenReady(name: string, url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = 'nothing listens yet';
  while (Date.now() < deadline) {
    if (signal.aborted) return;
    if (!(await listens(url))) {
      await sleep(lookEveryMs);
      continue;
    }
    const answer = await ask(`${url}/readyz`);
    if (answer === undefined) return;
    last = answer;
    await sleep(askEveryMs);
  }
  throw new Error(`${name} was not ready within ${timeoutMs / 1_000} s: ${last}`);
}

function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const settle = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** Undefined when ready, else what it answered. */
async function ask(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    return answer.ok ? void (await answer.text()) : `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return error instanceof Error ? String(error.cause ?? error.message) : String(error);
  }
}
