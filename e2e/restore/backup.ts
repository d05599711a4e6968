import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '@murmuration/dev';
import pg from 'pg';
// By path: where a server keeps its data, and who may touch them, is the provisioning's own business.
import { dataHome, postgresOwner, prepareFolder } from '../../packages/dev/src/provision/postgres-owner.ts';

const owner = postgresOwner();

/** Where a server's WAL is archived to, and the settings that make it so. */
export function archiveIn(folder: string): { archive: string; settings: Record<string, string> } {
  mkdirSync(folder, { recursive: true });
  const archive = path.join(folder, 'archive');
  prepareFolder(archive, owner);
  return {
    archive,
    settings: {
      archive_mode: 'on',
      archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f`,
      wal_level: 'replica',
    },
  };
}

export interface Backup {
  folder: string;
  bytes: number;
  seconds: number;
}

/**
 * A base backup of a running server with what Postgres itself offers: it is told when the copying begins and
 * ends, and gives the label that recovery starts from. WAL is not copied; it comes from the archive.
 */
export async function takeBackup(server: PostgresServer, stateFolder: string, into: string): Promise<Backup> {
  const startedAt = Date.now();
  prepareFolder(into, owner);
  const data = path.join(dataHome(stateFolder, owner), 'data');
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    // The servers end transactions that last; waiting for the archive may.
    await client.query('SET transaction_timeout = 0');
    await client.query(`SELECT pg_backup_start('e2e', fast => true)`);
    // Files may change or go while they are copied: recovery repairs what was torn.
    execFileSync('sh', [
      '-c',
      'cp -a "$0/." "$1/" 2>/dev/null || test -f "$1/global/pg_control"',
      data,
      into,
    ]);
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      'SELECT labelfile, spcmapfile FROM pg_backup_stop(wait_for_archive => true)',
    );
    execFileSync('sh', ['-c', 'rm -rf "$0"/pg_wal/* "$0"/pg_replslot/* "$0"/postmaster.*', into]);
    execFileSync('mkdir', ['-p', path.join(into, 'pg_wal', 'archive_status')]);
    writeFileSync(path.join(into, 'backup_label'), rows[0]?.labelfile ?? '');
    if (rows[0]?.spcmapfile) writeFileSync(path.join(into, 'tablespace_map'), rows[0].spcmapfile);
  } finally {
    await client.end();
  }
  return { folder: into, bytes: sizeOf(into), seconds: (Date.now() - startedAt) / 1_000 };
}

/** Resolves once everything written so far lies in the archive. */
export async function archiveEverything(server: PostgresServer, archive: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  const { rows } = await client.query<{ file: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS file');
  await client.end();
  while (!existsSync(path.join(archive, rows[0]?.file ?? ''))) await sleep(50);
}

/**
 * A fresh server on the port of the lost one, from a backup and the archive, as of a moment. It takes
 * connections when it has recovered, as a server of its own.
 */
export async function restore(options: {
  backup: string;
  archive: string;
  until: string;
  port: number;
  stateFolder: string;
  /** Of the lost server: its password is the data's. */
  passwordFile: string;
}): Promise<PostgresServer> {
  const { archive, backup, passwordFile, port, stateFolder, until } = options;
  mkdirSync(stateFolder, { recursive: true });
  const home = dataHome(stateFolder, owner);
  prepareFolder(home, owner);
  const data = path.join(home, 'data');
  execFileSync('cp', ['-a', backup, data]);
  execFileSync('cp', [passwordFile, path.join(stateFolder, 'postgres.password')]);
  writeFileSync(path.join(data, 'recovery.signal'), '');
  if (owner) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, data]);
  execFileSync('chmod', ['700', data]);
  const server = await startPostgres({
    stateFolder,
    port,
    settings: {
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: until,
      recovery_target_action: 'promote',
    },
  });
  await promoted(server);
  return server;
}

async function promoted(server: PostgresServer): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  for (;;) {
    const { rows } = await client.query<{ recovers: boolean }>('SELECT pg_is_in_recovery() AS recovers');
    if (rows[0]?.recovers === false) break;
    await sleep(50);
  }
  await client.end();
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
