import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const staleAfterMs = 3_600_000;

/** Writes a whole file or none; an existing one is replaced. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = await writeTemporary(file, text);
  await rename(temporary, file);
}

/**
 * Creates a file with its whole text, or says false because it exists. The hard link makes name
 * and content appear in one step, so a writer that dies leaves nothing half done.
 */
export async function createExclusively(file: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(file, text);
  try {
    await link(temporary, file);
    return true;
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false;
    throw cause;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeTemporary(file: string, text: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.tmp-${randomUUID()}`);
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

/** Removes what writers that died left behind long ago. */
export async function sweepTemporaries(folder: string, nowMs: number): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!name.startsWith('.tmp-')) continue;
    const file = join(folder, name);
    const age =
      nowMs -
      (await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => nowMs,
      ));
    if (age > staleAfterMs) await rm(file, { force: true });
  }
}

/** The names in a folder; none if it does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return [];
    throw cause;
  }
}

/** Whether a surprise is the file system's `code`. */
export function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && Reflect.get(cause, 'code') === code;
}
