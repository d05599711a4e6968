import type { ProcessDefinition } from '../processes.ts';
import { restrictedSettings } from '../processes.ts';

/** Settings by name, as a process reads them from its environment. */
export type Settings = Record<string, string>;

/** What one process gets: the common settings, and of the restricted ones only its own. */
export function environmentOf(process: ProcessDefinition, all: Settings, own: Settings): Settings {
  const allowed = Object.entries(all).filter(
    ([name]) => !restrictedSettings.has(name) || process.settings.includes(name),
  );
  return { ...inherited(), ...Object.fromEntries(allowed), ...own };
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
