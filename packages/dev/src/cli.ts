import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { start } from './start/start.ts';

interface StartOptions {
  graph?: string;
  posts?: number;
  reset?: boolean;
  seed?: boolean;
}

const program = new Command('npm start --').description('Runs Murmuration on this machine.');

program
  .command('start', { isDefault: true })
  .description('Provisions, migrates, composes, starts every process and seeds a new database.')
  .option('--graph <file>', 'seed people and follows from an edge list', existing)
  .option('--posts <count>', 'how many posts to seed', wholeNumber)
  .option('--reset', 'begin with empty databases')
  .option('--seed', 'seed databases that were given by USER_DATABASE_URL and its kin')
  .action(async ({ graph, posts, reset = false, seed = false }: StartOptions) => {
    process.exit(await start({ graphFile: graph, postsCount: posts, reset, force: seed }));
  });

await program.parseAsync();

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Give a whole number.');
}

function existing(file: string): string {
  const full = path.resolve(file);
  if (existsSync(full)) return full;
  throw new InvalidArgumentError(`There is no such file: ${full}`);
}
