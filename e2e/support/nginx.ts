import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '@murmuration/dev';
import { requireTool } from '@murmuration/testing/tool';
import { nginxConfig } from './nginx-config.ts';

const shownComplaints = 40;

export interface Nginx {
  /** The address in front of each part. */
  entrances: Map<string, string>;
  /** Requests that nginx took to a second process because the first did not answer. */
  passedOn(): number;
  /** The last lines of its log of errors. */
  complaints(): string[];
  stop(): Promise<void>;
}

/** Debian's nginx as an unprivileged process of ours, in front of every part that serves. */
export async function startNginx(folder: string, instances: Map<string, string[]>): Promise<Nginx> {
  const command = requireTool({ command: 'nginx', debianPackage: 'nginx' });
  mkdirSync(folder, { recursive: true });
  const ports = new Map<string, number>();
  for (const part of instances.keys()) ports.set(part, await freePort());
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfig(folder, ports, instances));
  const child = spawn(command, ['-p', folder, '-e', path.join(folder, 'error.log'), '-c', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const entrances = new Map([...ports].map(([part, port]) => [part, `http://127.0.0.1:${port}`] as const));
  return {
    entrances,
    passedOn: () =>
      readFileSync(path.join(folder, 'access.log'), 'utf8')
        .split('\n')
        // `$upstream_addr` lists every process that was tried.
        .filter((line) => line.includes(', ')).length,
    complaints: () =>
      readFileSync(path.join(folder, 'error.log'), 'utf8').trimEnd().split('\n').slice(-shownComplaints),
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
