import type { Stack } from '@murmuration/dev';

/** SQL statements and Redis commands of all processes so far, as their metrics tell. */
export async function countersOf(stack: Stack): Promise<{ sql: number; redis: number }> {
  const processes = [...stack.processes.values()];
  const texts = await Promise.all(
    processes.map(async ({ metricsUrl }) =>
      fetch(metricsUrl).then(
        (answer) => answer.text(),
        () => '',
      ),
    ),
  );
  const sum = (metric: string) =>
    texts
      .flatMap((text) => [...text.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\d+)`, 'gm'))])
      .reduce((total, [, value]) => total + Number(value), 0);
  return { sql: sum('sql_statements_total'), redis: sum('redis_commands_total') };
}
