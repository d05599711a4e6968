import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAnswers } from './graph.ts';

/**
 * All subgraphs of the bench in one process, each under its name. `GET /calls` tells and forgets how many,
 * `GET /delay/<ms>` has every later answer wait so long.
 */
const answer = createAnswers();
/** Answers of a length that is asked for, `/fixed/<bytes>`: what a bare proxy is measured with. */
const fixed = new Map<string, string>();
let calls = 0;
let delayMs = 0;

function fixedAnswer(path: string): string {
  let answer = fixed.get(path);
  if (answer === undefined) {
    answer = JSON.stringify({ data: { text: 'x'.repeat(Number(path.split('/').at(-1))) } });
    fixed.set(path, answer);
  }
  return answer;
}

async function respond(response: ServerResponse, answering: Promise<string>): Promise<void> {
  const text = await answering;
  if (delayMs > 0) await sleep(delayMs);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const [, delay] = /^\/delay\/(\d+)$/.exec(request.url ?? '') ?? [];
    if (delay !== undefined) delayMs = Number(delay);
    response.end(String(calls));
    calls = 0;
    return;
  }
  calls++;
  if (request.url?.startsWith('/fixed/')) {
    request.resume();
    void respond(response, Promise.resolve(fixedAnswer(request.url)));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void respond(response, answer((request.url ?? '').slice(1), Buffer.concat(chunks).toString()));
  });
});
// Longer than any gateway keeps an idle socket, or a request could meet a closing one.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
