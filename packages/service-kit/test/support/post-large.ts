import { parentPort, workerData } from 'node:worker_threads';

/** Sends a large body again and again, in a thread of its own: beside its server a client is never caught writing. */
const { url, times, length } = workerData as { url: string; times: number; length: number };
const outcomes: Record<string, number> = {};
for (let i = 0; i < times; i++) {
  const outcome = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: 'x'.repeat(length),
  }).then(
    async (answer) => `${answer.status} and ${(await answer.text()).length > 0 ? 'a text' : 'nothing'}`,
    (error: Error) => String(error.cause),
  );
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
parentPort?.postMessage(outcomes, []);
