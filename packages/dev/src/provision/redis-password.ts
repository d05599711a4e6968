import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The password of this state folder's Redis, made at the first start and readable by its owner only. */
export function redisPassword(stateFolder: string): string {
  const file = path.join(stateFolder, 'redis.password');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const password = randomBytes(18).toString('base64url');
  writeFileSync(file, password, { mode: 0o600 });
  return password;
}

/**
 * A configuration that asks for the password, and its path: on a command line every user of the machine could read it.
 */
export function passwordConfiguration(stateFolder: string, password: string): string {
  const file = path.join(stateFolder, 'redis.conf');
  writeFileSync(file, `requirepass ${password}\nunixsocketperm 700\n`, { mode: 0o600 });
  return file;
}
