import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { redisPassword } from '../provision/redis-password.ts';
import { openKeptPorts } from '../state/kept-ports.ts';
import { repositoryRoot } from '../repository.ts';
import { readStartSettings } from './settings.ts';

/**
 * `pnpm suspend`: the user subgraph's own command, on the stores of the platform that runs from this checkout or on
 * those that the environment names.
 * @returns the command's exit code
 */
export function suspend(person: string, { lift = false }: { lift?: boolean }): number {
  return runCommand(['suspend', person, ...(lift ? ['--lift'] : [])]);
}

/** `pnpm grant`: the same for a role. @returns the command's exit code */
export function grant(person: string, role: string): number {
  return runCommand(['grant', person, role]);
}

/** `pnpm reset-second-factor`: the same for whoever lost theirs. @returns the command's exit code */
export function resetSecondFactor(person: string): number {
  return runCommand(['reset-second-factor', person]);
}

function runCommand(asked: string[]): number {
  const { databaseUrls, redisUrl, stateFolder } = readStartSettings();
  const ports = openKeptPorts(stateFolder);
  const env = {
    ...process.env,
    USER_DATABASE_URL: databaseUrls?.user ?? ownDatabaseUrl(stateFolder, ports.last('postgres')),
    REDIS_URL: redisUrl ?? `redis://:${redisPassword(stateFolder)}@127.0.0.1:${ports.last('redis') ?? 0}`,
  };
  const file = path.join(repositoryRoot, 'subgraphs/user/src/cli.ts');
  return spawnSync(process.execPath, [file, ...asked], { env, stdio: 'inherit' }).status ?? 2;
}

function ownDatabaseUrl(stateFolder: string, port: number | undefined): string {
  if (port === undefined) throw new Error('Nothing was started here yet. Start it first: npm start');
  const password = readFileSync(path.join(stateFolder, 'postgres.password'), 'utf8');
  return `postgresql://murmuration:${password}@127.0.0.1:${port}/user`;
}
