import type { Redis } from 'ioredis';
import { redisCommands } from '../observe/metrics.ts';

/** Everything goes through this one method, pipelined or not. */
export function countCommands(client: Redis, purpose: string): void {
  const counter = redisCommands.labels(purpose);
  const send = client.sendCommand.bind(client);
  client.sendCommand = (...command: Parameters<typeof send>) => {
    // Not those by which a connection only looks where it is: they are nobody's.
    if (command[0].name !== 'info') counter.inc();
    return send(...command);
  };
}

/**
 * What one turn of the event loop asks for leaves in one write. The library's own way (`enableAutoPipelining`)
 * wraps each command in a pipeline of its own and waits for the answers of the one before: without it the
 * timeline took 14 % less for a home page.
 */
export function sendTogether(client: Redis): void {
  const send = client.sendCommand.bind(client);
  let corked: Redis['stream'] | undefined;
  const flush = () => {
    corked?.uncork();
    corked = undefined;
  };
  client.sendCommand = (...command: Parameters<typeof send>) => {
    if (!corked && client.status === 'ready') {
      corked = client.stream;
      corked.cork();
      process.nextTick(flush);
    }
    return send(...command);
  };
}
