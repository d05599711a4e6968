import path from 'node:path';
import type { ProcessDefinition } from '../processes.ts';
import { restrictedSettings } from '../processes.ts';
import { repositoryRoot } from '../repository.ts';

/** Settings by name, as a process reads them from its environment. */
export type Settings = Record<string, string>;

/** Halves what a warm start spends on reading the gateway's libraries. */
const compileCache = path.join(repositoryRoot, 'node_modules/.cache/compiled');

/** What one process gets: the common settings, and of the restricted ones only its own. */
export function environmentOf(process: ProcessDefinition, all: Settings, own: Settings): Settings {
  const allowed = Object.entries(all).filter(
    ([name]) => !restrictedSettings.has(name) || process.settings.includes(name),
  );
  return { ...inherited(), NODE_COMPILE_CACHE: compileCache, ...Object.fromEntries(allowed), ...own };
}

/** Our own environment without npm's noise and without settings, which `all` decides. */
function inherited(): Settings {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('npm_') || restrictedSettings.has(name) ? [] : [[name, value]],
    ),
  );
}

/** The environment name of a database's connection string. */
export function databaseSetting(database: string): string {
  return `${database.toUpperCase()}_DATABASE_URL`;
}
