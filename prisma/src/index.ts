export { type DatabaseName, databaseNames, everyDatabase, type PlatformDatabase } from './databases.ts';
export { applyMigrations, ensureDatabase } from './migrate.ts';
export { type Migration, readMigrations } from './migrations.ts';
export type { ClientOptions } from './client-options.ts';
export { newMigration, type NewMigrationOptions } from './models/new-migration.ts';
