/** What whoever has the registry's database publishes with, without a server. */
export { createGraphs } from '../graphs.ts';
export { postgresStore } from './postgres-store.ts';
