import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range a kernel hands to outgoing connections, so a kept port stays free between two starts. */
const lowestPort = 20_000;
const highestPort = 32_000;

/** Chosen by this process: a port stays free until its server listens, and another one must not be given it. */
const chosen = new Set<number>();

/** True when a server may listen on this port of the loopback interface. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The preferred port if it is free, else a free one. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowestPort, highestPort);
    if (chosen.has(port)) continue;
    chosen.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port between ${lowestPort} and ${highestPort} on 127.0.0.1.`);
}
