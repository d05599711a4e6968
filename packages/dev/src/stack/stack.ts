import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { PostgresServer } from '../provision/postgres.ts';
import type { RedisServer } from '../provision/redis.ts';
import { makeScratchFolder, reapServers, removeScratchFolder } from '../provision/scratch.ts';
import { processStages } from '../processes.ts';
import { type MailCatcher, startMailCatcher } from '../mail/catcher.ts';
import { registryOf } from '../registry/registry-of.ts';
import { type Reporter, silentReporter } from '../report/reporter.ts';
import { openKeptPorts } from '../state/kept-ports.ts';
import { openSecrets, type Secrets } from '../state/secrets.ts';
import type { Crash, SupervisedProcess } from '../supervisor/supervise.ts';
import { databaseSetting, type Settings } from './environment.ts';
import { createProcesses, instanceNames, type Replicas } from './stack-processes.ts';
import { migratedTemplate } from './migrated-template.ts';
import { type DatabaseUrls, migrateAll, openStores, type Stores } from './stores.ts';
import { composeSupergraph } from './supergraph.ts';
import { undoAll } from './undo.ts';

export interface StackOptions {
  /** Keeps data, ports, secrets and logs. Without one the stack is a scratch one, removed when it stops. */
  stateFolder?: string;
  /** The gateway's port; a free one by default. */
  port?: number;
  /** Settings for every process, before the ones that the stack decides. */
  env?: Settings;
  /** Settings for the processes of single parts by name; they win over everything. */
  processEnv?: Record<string, Settings>;
  /** Runs several processes of every part, or of one; one of each by default. */
  replicas?: Replicas;
  databaseUrls?: DatabaseUrls | undefined;
  redisUrl?: string | undefined;
  /** Where mails go; by default they are caught and shown. */
  smtpUrl?: string | undefined;
  /** Further settings of the Postgres it starts, e.g. `{ log_statement: 'all' }`. */
  postgresSettings?: Record<string, string>;
  secrets?: Partial<Secrets>;
  /**
   * Runs the schema registry too: the workspace is published to it, and the gateway takes its supergraph from there. `first` has it
   * ready before the gateway; `later` starts the gateway with what was composed here, and the registry when it is opened.
   */
  registry?: 'first' | 'later' | undefined;
  /** The registry's database, where somebody else runs the databases. */
  registryDatabaseUrl?: string | undefined;
  report?: Reporter;
  onCrash?: (crash: Crash) => void;
  /** Ends the start between two steps; what was started is stopped again. */
  signal?: AbortSignal;
  /** Runs once Postgres answers, before databases are made and migrated. */
  beforeMigrations?: (stores: Stores) => Promise<void>;
  /** Runs once the databases are migrated, before any process starts. */
  beforeProcesses?: (stores: Stores) => Promise<void>;
}

export interface Stack {
  /** Base URL of the gateway; GraphQL is at `/graphql`. */
  url: string;
  stateFolder: string;
  /** All settings that the stack decided, secrets included. */
  env: Settings;
  databaseUrls: DatabaseUrls;
  redisUrl: string;
  /** The servers it started, to be killed and started again. Undefined when they were given. */
  postgres: PostgresServer | undefined;
  redis: RedisServer | undefined;
  /** What catches the mails. Undefined when another server was given. */
  mail: MailCatcher | undefined;
  /** By name: user, post, timeline, gateway … */
  processes: Map<string, SupervisedProcess>;
  /** Ends a process as a crash would; it stays down until `start`. */
  kill: (name: string) => Promise<void>;
  start: (name: string) => Promise<void>;
  restart: (name: string) => Promise<void>;
  /**
   * Publishes to the registry and starts it, if that was left for later. What goes wrong is told, and holds nothing up.
   */
  openRegistry: () => Promise<void>;
  /** Composes the SDL files anew; the gateway sees it. */
  compose: () => Promise<void>;
  /** Stops everything in order: gateway, subgraphs, Redis and Postgres. */
  stop: () => Promise<void>;
}

/** Where an app in development is, as a rule: links in mails lead there. */
const defaultAppUrl = 'http://localhost:3000';

/** Runs the whole platform: stores, migrations, composition, processes. Resolves when all are ready. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { report = silentReporter } = options;
  const stateFolder = options.stateFolder ?? (await makeScratchFolder());
  const isScratch = options.stateFolder === undefined;
  makePrivate(stateFolder);
  await reapServers(stateFolder);
  const undo: (() => Promise<unknown>)[] = isScratch ? [() => removeScratchFolder(stateFolder)] : [];
  let isStopping = false;
  const stop = () => {
    isStopping = true;
    return undoAll(undo);
  };
  try {
    const ports = openKeptPorts(stateFolder);
    options.signal?.throwIfAborted();
    const template = isScratch && !options.databaseUrls ? await migratedTemplate() : undefined;
    const stores = await openStores({ ...options, stateFolder, template, ports, report });
    undo.push(stores.stop);
    await options.beforeMigrations?.(stores);
    await report.step('Databases migrated', () => migrateAll(stores.databaseUrls));
    await options.beforeProcesses?.(stores);
    const registry = options.registry && registryOf(stateFolder, stores, options.registryDatabaseUrl);
    if (options.registry === 'first' && !registry)
      throw new Error('The registry needs a database: give REGISTRY_DATABASE_URL.');

    const mail = options.smtpUrl
      ? undefined
      : await startMailCatcher({ smtp: await ports.of('smtp'), page: await ports.of('mail') });
    if (mail) undo.push(mail.stop);
    const settings = {
      APP_URL: defaultAppUrl,
      ...options.env,
      SMTP_URL: mail?.smtpUrl ?? String(options.smtpUrl),
      ...storeSettings(stores),
      ...openSecrets(stateFolder),
      ...options.secrets,
    };
    const { processes, all, subgraphUrls, url } = await createProcesses({
      ...options,
      stateFolder,
      ports,
      settings: { ...settings, ...registry?.settings },
      hasRegistry: registry !== undefined,
      ...(registry && { settingsOf: registry.settingsOf }),
    });
    const supergraphFile = path.join(stateFolder, 'supergraph.graphql');
    const compose = () => composeSupergraph(subgraphUrls, supergraphFile);
    const publish = () => report.step('Workspace published', async () => registry?.publish(subgraphUrls));
    const openRegistry = async () => {
      if (options.registry !== 'later' || !registry) return;
      try {
        await publish();
        if (!isStopping) await processOf(processes, 'registry').start();
      } catch (error) {
        if (!isStopping) report.note(`  The registry is not there: ${messageOf(error)}`);
      }
    };
    await report.step('Supergraph composed', compose);
    if (options.registry === 'first') await publish();
    else if (registry) undo.push(() => processOf(processes, 'registry').stop());
    for (const stage of processStages(options.registry === 'first')) {
      options.signal?.throwIfAborted();
      const names = stage.flatMap((each) => instanceNames(each, options.replicas));
      const started = names.map((name) => processOf(processes, name));
      undo.push(() => Promise.all(started.map((each) => each.stop())));
      await report.step(names.join(', '), () => startAll(started));
    }
    return {
      url,
      stateFolder,
      env: all,
      ...stores,
      mail,
      processes,
      kill: (name) => processOf(processes, name).kill(),
      start: (name) => processOf(processes, name).start(),
      restart: async (name) => {
        await processOf(processes, name).stop();
        await processOf(processes, name).start();
      },
      openRegistry,
      // Where there is a registry, the gateway takes it from there.
      compose: async () => {
        await compose();
        if (registry) await publish();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What people wrote and what opens it: for nobody else on this machine. Postgres' own user may pass (see its owner). */
function makePrivate(stateFolder: string): void {
  mkdirSync(path.join(stateFolder, 'logs'), { recursive: true });
  chmodSync(stateFolder, 0o700);
  chmodSync(path.join(stateFolder, 'logs'), 0o700);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function startAll(processes: SupervisedProcess[]): Promise<void> {
  await Promise.all(processes.map((each) => each.start()));
}

function processOf(processes: Map<string, SupervisedProcess>, name: string): SupervisedProcess {
  const found = processes.get(name);
  if (found) return found;
  throw new Error(`Unknown process "${name}". Known: ${[...processes.keys()].join(', ')}.`);
}

/** Where the processes find the stores: by the sockets of the servers that were started here. */
function storeSettings({ databaseUrls, postgres, redis, redisUrl }: Stores): Settings {
  const databases = Object.entries(databaseUrls).map(([name, url]) => [
    databaseSetting(name),
    postgres?.localUrl(name) ?? url,
  ]);
  return { ...Object.fromEntries(databases), REDIS_URL: redis?.localUrl ?? redisUrl };
}
