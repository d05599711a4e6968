import { subgraphNames } from '@murmuration/dev';
import type { Story } from './stack.ts';

/** SQL statements and Redis commands of the answering processes so far: the worker's go on whoever asks. */
export async function countersOf(stack: Story): Promise<Record<'sql' | 'redis', number>> {
  const texts = await Promise.all(
    [...stack.processes.values()]
      .filter((process) => subgraphNames.includes(process.name))
      .map(async (process) => (await fetch(process.metricsUrl)).text()),
  );
  const sumOf = (metric: string) =>
    texts
      .flatMap((text) => [...text.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\d+)`, 'gm'))])
      .reduce((sum, [, value]) => sum + Number(value), 0);
  return { sql: sumOf('sql_statements_total'), redis: sumOf('redis_commands_total') };
}
