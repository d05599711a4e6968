import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeScratchFolder } from '@murmuration/dev';
import { checkout } from './npm-start.ts';

/** What a clone of this state would hold, in a folder that only its owner may enter. */
export function cloneCheckout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'murmuration-clone-'));
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: checkout });
  for (const file of list.toString().split('\0')) {
    const source = path.join(checkout, file);
    if (file && existsSync(source)) cpSync(source, path.join(folder, file));
  }
  return folder;
}

export async function removeClone(folder: string): Promise<void> {
  await removeScratchFolder(path.join(folder, '.data'));
  rmSync(folder, { recursive: true, force: true });
}
