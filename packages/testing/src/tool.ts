import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that a suite needs and npm does not carry, with the Debian package that does. */
export interface Tool {
  command: string;
  debianPackage: string;
}

/**
 * The path of a tool, installed first where that needs no question (root on Debian, services not started).
 * @throws Error with the command to type: a suite whose tool is missing fails loudly and never passes
 */
export function requireTool({ command, debianPackage }: Tool): string {
  const found = findOnPath(command);
  if (found) return found;
  if (process.getuid?.() === 0 && findOnPath('apt-get')) {
    console.log(`${command} is not here: installing Debian's ${debianPackage}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], {
      env,
      stdio: 'ignore',
    });
    const installed = findOnPath(command);
    if (installed) return installed;
  }
  throw new Error(`This suite needs ${command}. Install it: apt-get install ${debianPackage}`);
}

function findOnPath(command: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}
