import type { Redis } from 'ioredis';

/**
 * Ends a connection on which a command ran out of time and nothing has come since it was sent. The next one becomes
 * ready only when Redis answers, so that until then commands fail at once.
 */
export function leaveWhenSilent(client: Redis, commandMs: number, onLeave: () => void): void {
  const send = client.sendCommand.bind(client);
  let heardAtMs = 0;
  client.on('connect', () => {
    client.stream.on('data', () => (heardAtMs = performance.now()));
  });
  client.sendCommand = (...command: Parameters<typeof send>) => {
    const answer = send(...command);
    const { stream } = client;
    if (answer instanceof Promise) answer.catch(leaveIfSilent);
    return answer;

    function leaveIfSilent(error: unknown): void {
      const isTimeout = error instanceof Error && error.message === 'Command timed out';
      // What came while this process was busy itself is read before the next turn.
      if (isTimeout) setImmediate(leaveUnlessHeard);
    }

    function leaveUnlessHeard(): void {
      if (stream.destroyed || performance.now() - heardAtMs < commandMs) return;
      onLeave();
      stream.destroy();
    }
  };
}
