import path from 'node:path';
import { type ProcessDefinition, processes } from '@murmuration/dev';

export type ReadConfig = (environment: NodeJS.ProcessEnv) => Record<string, unknown>;

/** What reads the settings of each process, by its name; found by the names that all of them keep. */
export const readers: Readonly<Record<string, ReadConfig>> = Object.fromEntries(
  await Promise.all(processes.map(async (each) => [each.name, await readerOf(each)] as const)),
);

async function readerOf({ entry, name }: ProcessDefinition): Promise<ReadConfig> {
  const file = new URL(`../../${path.dirname(entry)}/config.ts`, import.meta.url).href;
  const config = (await import(/* @vite-ignore */ file)) as Record<string, ReadConfig | undefined>;
  const capital = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const expected = path.basename(entry) === 'worker.ts' ? 'readWorkerConfig' : `read${capital}Config`;
  const read = config[expected];
  if (!read) throw new Error(`${file} exports no ${expected}`);
  return read;
}

/** Every setting that a process asks for, given or not. */
export function settingsOf(name: string): ReadonlySet<string> {
  const asked = new Set<string>();
  const spy = new Proxy({} as NodeJS.ProcessEnv, {
    get(_target, setting) {
      asked.add(String(setting));
      return undefined;
    },
  });
  try {
    readers[name]?.(spy);
  } catch {
    // Nothing is given: only the names that it asked for matter.
  }
  return asked;
}

/** The processes that ask for a setting, in the order of a start. */
export function readersOf(setting: string): string[] {
  return processes.map(({ name }) => name).filter((name) => settingsOf(name).has(setting));
}
