import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execute } from '@murmuration/gateway/src/execution/execute.ts';
import { createHttpFetcher } from '@murmuration/gateway/src/execution/fetcher.ts';
import type { CompiledOperation } from '@murmuration/gateway/src/execution/types.ts';
import { createGeneration } from '@murmuration/gateway/src/planning/generation.ts';

/** Our executor with next to nothing around it: what the way past Apollo Server costs. */
const fetcher = createHttpFetcher({ singleFlight: process.env.SINGLE_FLIGHT !== 'off' });
const generation = createGeneration(readFileSync(process.env.SUPERGRAPH ?? '', 'utf8'), { fetcher });
const plans = new Map<string, CompiledOperation>();
let requests = 0;

async function answer(text: string, identity: string | undefined): Promise<string> {
  const { query, variables } = JSON.parse(text) as { query: string; variables?: Record<string, unknown> };
  let compiled = plans.get(query);
  if (!compiled) {
    compiled = await generation.plan(query);
    plans.set(query, compiled);
  }
  const context = {
    requestId: String(requests++),
    identity,
    cacheKeyOfIdentity: identity ?? null,
    deadline: performance.now() + 15_000,
  };
  return JSON.stringify(await execute(compiled, { variables, context }));
}

async function respond(response: ServerResponse, answering: Promise<string>): Promise<void> {
  const text = await answering;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const identity = request.headers.authorization;
    void respond(response, answer(Buffer.concat(chunks).toString(), identity));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
