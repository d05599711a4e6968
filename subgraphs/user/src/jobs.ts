import { type Crontab, startJobWorker, type Tasks } from '@murmuration/jobs';
import { createUserDatabase } from '@murmuration/prisma/user';
import {
  countStatements,
  createEnvironmentKeys,
  createInternalClient,
  createSealer,
  type Lifecycle,
  type Logger,
  type Sealer,
  serveProbes,
} from '@murmuration/service-kit';
import { openAddresses } from './addresses/open.ts';
import type { WorkerConfig } from './config.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { createComposeDigest } from './digests/compose.ts';
import { createUnsubscribeTokens } from './digests/tokens.ts';
import { createComposeExport } from './export/compose.ts';
import type { ExportSource } from './export/gather.ts';
import { exportLimits, type ExportLimits } from './export/limits.ts';
import { createExportLinks } from './export/links.ts';
import { createExportAccount, ownSource, sourceAt } from './export/make-export.ts';
import { createPostgresStore } from './export/store.ts';
import { createEraseAccount } from './leaving/erase-account.ts';
import { createSendMail, type SendMailOptions } from './mail/send-mail.ts';
import { createMailTransport } from './mail/transport.ts';
import { createSendReset } from './passwords/send-reset.ts';
import { createRefreshSuggestions, createSuggestPeople } from './suggestions/jobs.ts';
import { suggestionLimits, type SuggestionLimits } from './suggestions/limits.ts';

/** What this subgraph's mutations, chores and clock enqueue, by the names that they use. */
export function createTasks(
  options: SendMailOptions & {
    handleRestDays: number;
    suggestions?: Partial<SuggestionLimits>;
    /** Who else holds something of people. */
    exportSources: readonly ExportSource[];
    exports?: Partial<ExportLimits>;
    /** Seals what is gathered for export. */
    sealer: Sealer;
  },
): Tasks {
  const { addresses, database, handleRestDays, logger } = options;
  const suggestions = { ...suggestionLimits, ...options.suggestions };
  const limits = { ...exportLimits, ...options.exports };
  return {
    send_mail: createSendMail(options),
    reset_password: createSendReset(database, addresses),
    erase_account: createEraseAccount({ database, addresses, audit: createAuditLog(logger), handleRestDays }),
    export_account: createExportAccount({
      database,
      store: createPostgresStore(database, options.sealer, limits),
      sources: [ownSource(database, addresses), ...options.exportSources],
      limits,
      logger,
    }),
    suggest_people: createSuggestPeople(database, suggestions),
    refresh_suggestions: createRefreshSuggestions(database, suggestions),
  };
}

/** What is done by the clock. */
export const crontab: Crontab = [{ task: 'refresh_suggestions', match: '*/5 * * * *', priority: 10 }];

/** Starts the process that works the jobs off. Any number may run. Returns the base URL of its probes. */
export async function startWorker(
  config: WorkerConfig,
  lifecycle: Lifecycle,
  logger: Logger,
): Promise<string> {
  const database = createUserDatabase({
    url: config.USER_DATABASE_URL,
    poolSize: config.USER_WORKER_POOL,
    applicationName: 'murmuration-user-worker',
    onStatement: countStatements('user'),
  });
  lifecycle.onStop('database', () => database.$disconnect());
  const addresses = openAddresses(database, config, logger);
  const transport = createMailTransport({ url: config.SMTP_URL, from: config.MAIL_FROM });
  lifecycle.onStop('mail', () => transport.close());
  const {
    APP_URL: appUrl,
    EXPORT_URL: exportUrl,
    INTERNAL_KEYS: keys,
    INTERNAL_TIMEOUT_MS: timeoutMs,
  } = config;
  const clientOf = (service: string, url: string) => {
    const client = createInternalClient({ self: 'user', service, url, keys, timeoutMs });
    lifecycle.onStop(`${service} client`, () => client.close());
    return client;
  };
  const timeline = clientOf('timeline', config.TIMELINE_URL);
  const post = clientOf('post', config.POST_URL);
  const tokens = createUnsubscribeTokens(keys);
  const worker = await startJobWorker({
    url: config.USER_DATABASE_URL,
    name: 'user-worker',
    tasks: createTasks({
      database,
      addresses,
      sealer: createSealer(createEnvironmentKeys(config.DATA_KEYS)),
      transport,
      logger,
      appUrl,
      domain: new URL(appUrl).hostname,
      perAddressADay: config.MAILS_PER_DAY,
      handleRestDays: config.HANDLE_REST_DAYS,
      suggestions: {
        staleHours: config.SUGGESTIONS_STALE_HOURS,
        followees: config.SUGGESTIONS_FOLLOWEES,
        followeesOfEach: config.SUGGESTIONS_FOLLOWEES_EACH,
        kept: config.SUGGESTIONS_KEPT,
        dueAtOnce: config.SUGGESTIONS_DUE,
      },
      exportSources: [sourceAt('post', post, exportLimits), sourceAt('timeline', timeline, exportLimits)],
      exports: { maxBytes: config.EXPORT_MAX_BYTES, keptHours: config.EXPORT_KEPT_HOURS },
      composeDigest: createComposeDigest({ database, timeline, tokens, appUrl }),
      composeExport: createComposeExport({
        database,
        addresses,
        links: exportUrl === undefined ? null : createExportLinks(keys, exportUrl),
      }),
      unsubscribeUrl: config.UNSUBSCRIBE_URL ?? null,
    }),
    crontab,
    limits: { concurrency: config.USER_WORKER_POOL },
    logger,
  });
  lifecycle.onStop('jobs', () => worker.stop());

  // In its own pool: nothing that a person waits for is in it.
  const readiness = {
    database: async () => void (await database.$queryRaw`SELECT 1`),
    keys: addresses.ready,
  };
  return serveProbes({ config, lifecycle, logger, readiness });
}
