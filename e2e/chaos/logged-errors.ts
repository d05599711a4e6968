import { readFileSync } from 'node:fs';
import type { Stack } from '@murmuration/dev';

const most = 20;
const longest = 3_000;

/** The last errors that the processes logged of themselves: what a client was only told a sentence of. */
export function loggedErrors({ processes }: Pick<Stack, 'processes'>): string[] {
  const lines = [...processes.values()].flatMap(({ logFile }) => readFileSync(logFile, 'utf8').split('\n'));
  return lines
    .filter(isError)
    .slice(-most)
    .map((line) => line.slice(0, longest));
}

/** As pino counts, from 50 on; what is no line of pino comes of the engine: a crash. */
function isError(line: string): boolean {
  const level = /^\{"level":(\d+)/.exec(line)?.[1];
  return level === undefined ? /^(?:\w*Error|Uncaught|FATAL)/.test(line) : Number(level) >= 50;
}
