import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { makeMigration } from './make/migration.ts';
import { makeSubgraph } from './make/subgraph/make-subgraph.ts';
import type { SeedRequest } from './start/seeding.ts';
import { seedOnly } from './start/seed-only.ts';
import { start } from './start/start.ts';
import { grant, resetSecondFactor, suspend } from './start/user-commands.ts';

interface Options {
  graph?: string;
  observe?: boolean;
  posts?: number;
  registry?: boolean;
  reset?: boolean;
  seed?: boolean;
  watch?: boolean;
}

const program = new Command('npm start --').description(
  'Runs Murmuration on this machine. Options of a start: npm start -- start --help',
);

withSeedOptions(program.command('start', { isDefault: true }))
  .description('Provisions, migrates, composes, starts every process and seeds a new database.')
  .option('--seed', 'seed databases that were given by USER_DATABASE_URL and its kin')
  .option('--observe', 'run Prometheus and Grafana beside it, where they are installed')
  .option('--watch', 'restart what a change of the sources concerns')
  .option('--no-registry', 'leave out the schema registry, which shows what clients send')
  .action(async (options: Options) => {
    const { observe: isObserved = false, registry: hasRegistry = true, watch: isWatched = false } = options;
    process.exit(await start(requestOf(options), { hasRegistry, isObserved, isWatched }));
  });

withSeedOptions(program.command('seed'))
  .description('Fills empty databases without starting a service.')
  .action((options: Options) => seedOnly({ ...requestOf(options), force: true }));

program
  .command('suspend')
  .description('Suspends an account, or lifts it, on the platform that runs here.')
  .argument('<person>', 'a handle or an id')
  .option('--lift', 'take it back')
  .action((person: string, options: { lift?: boolean }) => process.exit(suspend(person, options)));

program
  .command('grant')
  .description('Gives an account a role on the platform that runs here.')
  .argument('<person>', 'a handle or an id')
  .argument('<role>', 'member, moderator or admin')
  .action((person: string, role: string) => process.exit(grant(person, role)));

program
  .command('reset-second-factor')
  .description('Takes the second factor from whoever lost it, on the platform that runs here.')
  .argument('<person>', 'a handle or an id')
  .action((person: string) => process.exit(resetSecondFactor(person)));

program
  .command('migration')
  .command('new')
  .description('Drafts the migration between a database’s schema.prisma and what its migrations make.')
  .argument('<database>', 'user, post …')
  .argument('<name>', 'what it does, in snake case: add_pronouns')
  .action(async (database: string, name: string) => {
    for (const folder of await makeMigration(database, name)) console.log(`${folder}/migration.sql`);
    console.log(
      'Applied to an empty database, they make what schema.prisma says. Read them, then: pnpm generate',
    );
  });

program
  .command('subgraph')
  .command('new')
  .description('Makes a subgraph that starts, is composed, tested and deployed; what it is for is yours.')
  .argument('<name>', 'one word in small letters: places')
  .action((name: string) => {
    for (const file of makeSubgraph(name)) console.log(file);
    console.log('Next: pnpm install && pnpm generate, then npm start');
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

function withSeedOptions(command: Command): Command {
  return command
    .option('--graph <file>', 'seed people and follows from an edge list', existing)
    .option('--posts <count>', 'how many posts to seed', wholeNumber)
    .option('--reset', 'begin with empty databases');
}

function requestOf({ graph, posts, reset = false, seed = false }: Options): SeedRequest {
  return { graphFile: graph, postsCount: posts, reset, force: seed };
}

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
