import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SubgraphAt } from './start-graph.ts';

/** A subgraph that answers probes and nothing else: what it was asked stays under way until the asker leaves. */
export interface SilentSubgraph extends SubgraphAt {
  /** Requests that wait for their answer now. */
  waiting(): number;
  /** The most that ever did at a time. */
  most(): number;
  close(): Promise<void>;
}

export async function serveSilence(): Promise<SilentSubgraph> {
  let waiting = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (body.includes('"query":"{__typename}"')) {
      return response.setHeader('content-type', 'application/json').end('{"data":{"__typename":"Query"}}');
    }
    most = Math.max(most, ++waiting);
    response.once('close', () => waiting--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name: 'silence',
    sdl: 'type Query { silence: String }',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    waiting: () => waiting,
    most: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
