import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import { badInput, exitCodes } from '../refusal.ts';
import { parseUsageFile } from '../usage/usage-file.ts';
import { openSideStore, openStore } from './open-store.ts';
import type { StoreOptions as Where } from '../remote/where.ts';
import { whoami } from './io.ts';
import { inLine } from '../render/in-line.ts';

export type StoreOptions = Where & { by?: string };

const open = async (options: StoreOptions) => openStore(loadConfig(process.cwd(), options.config), options);
const openSide = async (options: StoreOptions) =>
  openSideStore(loadConfig(process.cwd(), options.config), options);

/** `registry versions` */
export async function runVersions(options: StoreOptions & { json?: boolean }): Promise<number> {
  const versions = await (await open(options)).versions();
  const lines = versions
    .toReversed()
    .map(
      ({ id, at, by, message, equalTo, subgraphs }) =>
        `${inLine(`${id}  ${at}  ${by}  [${subgraphs.join(', ')}]${equalTo ? ` = ${equalTo}` : ''}  ${message}`)}\n`,
    );
  process.stdout.write(options.json ? `${JSON.stringify(versions, null, 2)}\n` : lines.join(''));
  return exitCodes.passed;
}

/** `registry approve ID…`: somebody takes responsibility for these changes in one context. */
export async function runApprove(
  changes: readonly string[],
  options: StoreOptions & { context: string; reason: string },
): Promise<number> {
  const malformed = changes.find((change) => !/^[0-9a-f]{16}$/.test(change));
  if (malformed !== undefined)
    throw badInput(`"${malformed}" is not the id of a change; a check prints ids.`);
  const store = await openSide(options);
  const by = options.by ?? whoami();
  for (const changeId of changes)
    await store.approve({
      changeId,
      by,
      context: options.context,
      reason: options.reason,
      at: new Date().toISOString(),
    });
  process.stdout.write(`Approved ${changes.length} change(s) for ${options.context}.\n`);
  return exitCodes.passed;
}

/** `registry freeze` and `registry unfreeze`: nobody publishes meanwhile. */
export async function runFreeze(options: StoreOptions & { reason: string }): Promise<number> {
  const store = await open(options);
  await store.freeze({ by: options.by ?? whoami(), reason: options.reason, at: new Date().toISOString() });
  return exitCodes.passed;
}

/** The end of a freeze. */
export async function runUnfreeze(options: StoreOptions): Promise<number> {
  await (await open(options)).unfreeze();
  return exitCodes.passed;
}

/** `registry usage FILE…`: adds usage files to the store. */
export async function runUsage(files: readonly string[], options: StoreOptions): Promise<number> {
  const store = await openSide(options);
  for (const file of files) await store.addUsage(parseUsageFile(readText(file), file));
  return exitCodes.passed;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw badInput(`There is no file ${file}.`);
  }
}
