import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { startDetached } from './detached.ts';
import { reap } from './pid-file.ts';
import { freePort } from './ports.ts';
import { postgresHome } from './postgres-binaries.ts';
import { dataHome, type Owner, postgresOwner, reachableBinaries } from './postgres-owner.ts';

export interface PostgresOptions {
  /** Holds the data, the password, the pid file and the log. Made if missing. */
  stateFolder: string;
  /** Taken if free, else another one is chosen. */
  port?: number | undefined;
  /** Further server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>;
}

export interface PostgresServer {
  port: number;
  pid: number;
  /** Connection string of one database of this server. */
  url: (database: string) => string;
  /** Stops the server; its data stay. */
  stop: () => Promise<void>;
  /** Stops the server and deletes its data. */
  remove: () => Promise<void>;
}

/** Fast shutdown first (rolls back what runs), then immediate (recovery at the next start). */
const stopSignals: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

const baseSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // A prepared transaction that nobody finishes would hold the event feed's horizon for good.
  max_prepared_transactions: '0',
  transaction_timeout: '60s',
  idle_in_transaction_session_timeout: '15s',
  // Finds a leader whose machine vanished within seconds, so that its locks go to a living one.
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '3',
  log_checkpoints: 'off',
};

/** Starts a private Postgres on the loopback interface; one that a killed parent left behind is ended first. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { stateFolder } = options;
  mkdirSync(stateFolder, { recursive: true });
  const owner = postgresOwner();
  const pidFile = path.join(stateFolder, 'postgres.pid');
  await reap(pidFile, stopSignals);
  const binaries = reachableBinaries(postgresHome(), owner);
  const home = dataHome(stateFolder, owner);
  const data = path.join(home, 'data');
  const password = initialise({
    binaries,
    home,
    data,
    owner,
    passwordFile: path.join(stateFolder, 'postgres.password'),
  });
  // A postmaster that died without a word leaves this behind; the reaping above made sure that it is dead.
  rmSync(path.join(data, 'postmaster.pid'), { force: true });

  const port = await freePort(options.port);
  const url = (database: string) => `postgresql://murmuration:${password}@127.0.0.1:${port}/${database}`;
  const settings = { ...baseSettings, port: String(port), ...options.settings };
  const pid = await startDetached({
    command: path.join(binaries, 'bin', 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    logFile: path.join(stateFolder, 'postgres.log'),
    pidFile,
    isReady: () => answers(url('postgres')),
    ...(owner && { owner }),
  });
  const stop = async () => void (await reap(pidFile, stopSignals));
  const remove = async () => {
    await stop();
    rmSync(home, { recursive: true, force: true });
  };
  return { port, pid, url, stop, remove };
}

interface Cluster {
  binaries: string;
  home: string;
  data: string;
  owner: Owner | undefined;
  passwordFile: string;
}

/** Makes the data folder if there is none that was finished, and returns the superuser's password. */
function initialise({ binaries, home, data, owner, passwordFile }: Cluster): string {
  if (existsSync(path.join(data, 'global', 'pg_control')) && existsSync(passwordFile)) {
    return readFileSync(passwordFile, 'utf8');
  }
  rmSync(data, { recursive: true, force: true });
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

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
