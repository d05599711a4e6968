import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../docs/runbooks/', import.meta.url);

/** Every page of an alert. */
export const runbooks = readdirSync(folder).filter((file) => file !== 'README.md');

export function readRunbook(page: string): string {
  return readFileSync(new URL(page, folder), 'utf8');
}

/** Queries for Prometheus that a page gives. */
export function queriesOf(page: string): string[] {
  return [...readRunbook(page).matchAll(/^```promql\n([\s\S]*?)^```/gm)].map(([, query = '']) => query);
}

/** SQL that a page gives, with the database it is for; `<…>` is for the reader to fill in. */
export function statementsOf(page: string): { database: string; sql: string }[] {
  return [...readRunbook(page).matchAll(/psql (\S+) -c \\\n\s+"([^"]+)"/g)].map(
    ([, database = '', sql = '']) => ({ database, sql }),
  );
}

/** Words of log lines that a page looks for. */
export function phrasesOf(page: string): string[] {
  return [...readRunbook(page).matchAll(/grep (?:-E )?'([^']+)'/g)]
    .flatMap(([, pattern = '']) => pattern.split('|'))
    .filter((phrase) => phrase.includes(' '));
}
