import { type DatabaseName, everyDatabase } from './databases.ts';
import { applyMigrations, ensureDatabase } from './migrate.ts';
import { beginNewLife, databasesWithLives } from './restored.ts';
import { limitRole } from './role-limits.ts';
import { untilItAnswers } from './wait.ts';

/**
 * `node prisma/src/cli.ts` brings every database whose connection string is set to the newest migration, and
 * bounds the sessions of its role. It is what the migration job of a cluster runs before a roll-out; any number may run at once.
 * `node prisma/src/cli.ts restored` is what a restore ends with, before any process is started on the copy.
 */
const patienceMs = 5 * 60_000;
const command = process.argv[2] ?? 'migrate';
if (command !== 'migrate' && command !== 'restored') {
  fail(`Unknown command "${command}". Known: migrate (the default), restored.`);
}
const names: readonly DatabaseName[] = command === 'restored' ? databasesWithLives : everyDatabase;
const given = names.flatMap((database) => {
  const url = process.env[`${database.toUpperCase()}_DATABASE_URL`];
  return url ? [{ database, url }] : [];
});
if (given.length === 0) {
  fail(
    `Nothing to do: set one or more of ${names.map((name) => `${name.toUpperCase()}_DATABASE_URL`).join(', ')}.`,
  );
}
for (const { database, url } of given) {
  if (command === 'restored') {
    await beginNewLife({ database, url });
    console.log(`${database}: is another one now; whoever read from it reads its state anew`);
    continue;
  }
  const onWait = (because: string) => console.log(`${database}: the server does not answer yet (${because})`);
  await untilItAnswers({ url, patienceMs, onWait });
  await ensureDatabase(url);
  const applied = await applyMigrations({ database, url });
  if (!(await limitRole(url))) {
    console.log(
      `${database}: its role is a superuser, whose sessions nothing ends; give the services one that is not`,
    );
  }
  console.log(`${database}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to do'}`);
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(3);
}
