import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

/**
 * The floor: takes each request to a subgraph of which one answer is as long as the whole heavy one, and
 * hands the bytes on. `TARGET` is that server, `BODY` what it is asked.
 */
const { origin, pathname } = new URL(process.env.TARGET ?? '');
const pool = new Pool(origin, { connections: 64 });

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _ of request);
  const { body } = await pool.request({ method: 'POST', path: pathname, body: process.env.BODY ?? '' });
  const answer = Buffer.from(await body.arrayBuffer());
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
}

const server = createServer((request, response) => void forward(request, response));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
