import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startDetached } from './detached.ts';
import { reap } from './pid-file.ts';
import { freePort } from './ports.ts';
import { postgresHome } from './postgres-binaries.ts';
import { type ClusterTemplate, initialiseCluster } from './postgres-cluster.ts';
import { dataHome, postgresOwner, prepareFolder, reachableBinaries } from './postgres-owner.ts';
import { usableSocket } from './socket-path.ts';

export interface PostgresOptions {
  /** Holds the data, the password, the pid file and the log. Made if missing. */
  stateFolder: string;
  /** Taken if free, else another one is chosen. */
  port?: number | undefined;
  /** Further server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>;
  /** A finished cluster that its data begin as, instead of an empty one. */
  template?: ClusterTemplate | undefined;
}

export interface PostgresServer {
  port: number;
  /** Connection string of one database of this server. */
  url: (database: string) => string;
  /** The same for processes of this machine: by socket where there is one. */
  localUrl: (database: string) => string;
  /** Starts it again on the same port with the same data. */
  start: () => Promise<void>;
  /** Stops the server; its data stay. */
  stop: () => Promise<void>;
  /** Ends it without a word, as a crash would. */
  kill: () => Promise<void>;
  /** Stops the server and deletes its data. */
  remove: () => Promise<void>;
}

/** Fast shutdown first (rolls back what runs), then immediate (recovery at the next start). */
const stopSignals: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

const remainsAttempts = 40;
const remainsPauseMs = 250;

const baseSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
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
  // The detail of an error quotes the row, an e-mail address in it.
  log_error_verbosity: 'terse',
};

/**
 * Starts a private Postgres on the loopback interface and on a socket beside its data; one that a killed parent
 * left behind is ended first.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { stateFolder } = options;
  mkdirSync(stateFolder, { recursive: true });
  const owner = postgresOwner();
  const pidFile = path.join(stateFolder, 'postgres.pid');
  await reap(pidFile, stopSignals);
  const binaries = reachableBinaries(postgresHome(), owner);
  const home = dataHome(stateFolder, owner);
  prepareFolder(home, owner);
  const data = path.join(home, 'data');
  const passwordFile = path.join(stateFolder, 'postgres.password');
  const password = initialiseCluster({
    binaries,
    home,
    data,
    owner,
    passwordFile,
    template: options.template,
  });
  const port = await freePort(options.port);
  const url = (database: string) => `postgresql://murmuration:${password}@127.0.0.1:${port}/${database}`;
  const socket = usableSocket(path.join(home, `.s.PGSQL.${port}`));
  const localUrl = (database: string) =>
    socket ? `${url(database)}?host=${encodeURIComponent(home)}` : url(database);
  const settings = {
    ...baseSettings,
    unix_socket_directories: socket ? home : '',
    // Ourselves, and root where the server runs as another account.
    unix_socket_permissions: '0700',
    port: String(port),
    ...options.settings,
  };
  const launch = () =>
    startDetached({
      command: path.join(binaries, 'bin', 'postgres'),
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      logFile: path.join(stateFolder, 'postgres.log'),
      pidFile,
      isReady: () => answers(url('postgres')),
      ...(owner && { owner }),
    });
  const lockFiles = [path.join(data, 'postmaster.pid'), ...(socket ? [`${socket}.lock`] : [])];
  const start = () => pastRemains(lockFiles, launch);
  await start();
  const stop = () => reap(pidFile, stopSignals);
  const remove = async () => {
    await stop();
    rmSync(home, { recursive: true, force: true });
  };
  return { port, url, localUrl, start, stop, kill: () => reap(pidFile, []), remove };
}

/**
 * After a kill, backends that have not noticed yet hold the shared memory for a moment, and the pid in the
 * lock file may belong to some other process by now. Both are waited out; neither may be two servers on one
 * folder, which Postgres prevents by that same memory.
 */
async function pastRemains(lockFiles: string[], launch: () => Promise<number>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await launch();
      return;
    } catch (error) {
      const { message } = error as Error;
      if (attempt >= remainsAttempts || !/still in use|lock file/.test(message)) throw error;
      if (message.includes('lock file')) for (const file of lockFiles) rmSync(file, { force: true });
      await sleep(remainsPauseMs);
    }
  }
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
