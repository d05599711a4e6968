import type pg from 'pg';

/**
 * Calls back once a statement of a connection has been answered. The driver has no hook for that, so the
 * connection's `query` is wrapped; it takes a callback of pools and answers a promise to others.
 */
export function onStatements(
  client: pg.ClientBase,
  onStatement: (statement: { durationMs: number }) => void,
): void {
  const { query } = client;
  client.query = function counted(this: pg.ClientBase, ...parts: unknown[]) {
    const startedAtMs = performance.now();
    const end = () => onStatement({ durationMs: performance.now() - startedAtMs });
    const timed = parts.map((part) => {
      if (typeof part !== 'function') return part;
      return (...answer: unknown[]) => {
        end();
        Reflect.apply(part, undefined, answer);
      };
    });
    const answer: unknown = Reflect.apply(query, this, timed);
    if (answer instanceof Promise) answer.then(end, end);
    return answer;
  } as typeof client.query;
}
