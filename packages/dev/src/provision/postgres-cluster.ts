import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Owner } from './postgres-owner.ts';

interface Cluster {
  binaries: string;
  home: string;
  data: string;
  owner: Owner | undefined;
  passwordFile: string;
  /** A finished one to copy, and the file with its password. */
  template?: ClusterTemplate | undefined;
}

export interface ClusterTemplate {
  data: string;
  passwordFile: string;
}

/** Makes the data folder if there is none that was finished, and returns the superuser's password. */
export function initialiseCluster(cluster: Cluster): string {
  const { binaries, home, data, owner, passwordFile, template } = cluster;
  if (existsSync(path.join(data, 'global', 'pg_control')) && existsSync(passwordFile)) {
    return readFileSync(passwordFile, 'utf8');
  }
  rmSync(data, { recursive: true, force: true });
  if (template) {
    // With its owner, and as quickly as the file system can.
    execFileSync('cp', ['-a', template.data, data], { stdio: 'pipe' });
    copyFileSync(template.passwordFile, passwordFile);
    return readFileSync(passwordFile, 'utf8');
  }
  const password = randomBytes(18).toString('base64url');
  const handover = path.join(home, 'password');
  writeFileSync(handover, password, { mode: 0o600 });
  if (owner) chownSync(handover, owner.uid, owner.gid);
  const args = ['-D', data, '-U', 'murmuration', `--pwfile=${handover}`, '--auth=scram-sha-256', '--no-sync'];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    execFileSync(path.join(binaries, 'bin', 'initdb'), [...args, ...locale], {
      ...owner,
      cwd: '/',
      env,
      stdio: 'pipe',
    });
  } finally {
    rmSync(handover, { force: true });
  }
  writeFileSync(passwordFile, password, { mode: 0o600 });
  return password;
}
