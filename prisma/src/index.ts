export { type DatabaseName, databaseNames } from './databases.ts';
export { applyMigrations, ensureDatabase, type Migration, readMigrations } from './migrate.ts';
export { type ClientOptions, clientPoolDefaults } from './client-options.ts';
