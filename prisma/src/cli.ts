import { databaseNames } from './databases.ts';
import { applyMigrations, ensureDatabase } from './migrate.ts';

/**
 * `node prisma/src/cli.ts` brings every database whose connection string is set to the newest migration. It
 * is what the migration job of a cluster runs before a roll-out; any number may run at once.
 */
const given = databaseNames.flatMap((database) => {
  const url = process.env[`${database.toUpperCase()}_DATABASE_URL`];
  return url ? [{ database, url }] : [];
});
if (given.length === 0) {
  const names = databaseNames.map((name) => `${name.toUpperCase()}_DATABASE_URL`).join(', ');
  console.error(`Nothing to migrate: set one or more of ${names}.`);
  process.exit(3);
}
for (const { database, url } of given) {
  await ensureDatabase(url);
  const applied = await applyMigrations({ database, url });
  console.log(`${database}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to do'}`);
}
