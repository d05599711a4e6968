import { type CaughtMail, type MailCatcher, startMailCatcher } from '@murmuration/dev';
import { type JobWorker, startJobWorker } from '@murmuration/jobs';
import type { InternalClient } from '@murmuration/service-kit';
import { vi } from 'vitest';
import { createComposeDigest } from '../../src/digests/compose.ts';
import { createComposeExport } from '../../src/export/compose.ts';
import type { ExportSource } from '../../src/export/gather.ts';
import { createExportLinks } from '../../src/export/links.ts';
import { createUnsubscribeTokens } from '../../src/digests/tokens.ts';
import { createTasks } from '../../src/jobs.ts';
import { createMailTransport } from '../../src/mail/transport.ts';
import { exportUrl, keys, logger, type Platform, sealer } from './platform.ts';

/** The worker of a platform in this process, and where its mails end. */
export interface PostOffice {
  catcher: MailCatcher;
  /** Waits for the newest mail to an address about a subject, the first by default. */
  next(to: string, subject: RegExp, howMany?: number): Promise<CaughtMail>;
  /** The token of the link in such a mail. */
  token(to: string, subject: RegExp, howMany?: number): Promise<string>;
  /** Waits until nothing is left to do. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function openPostOffice(
  platform: Platform,
  options: {
    smtpUrl?: string;
    perAddressADay?: number;
    timeline?: Pick<InternalClient, 'call'>;
    exportSources?: readonly ExportSource[];
  } = {},
): Promise<PostOffice> {
  const catcher = await startMailCatcher();
  const transport = createMailTransport({
    url: options.smtpUrl ?? catcher.smtpUrl,
    from: 'Murmuration <no-reply@example.org>',
  });
  const worker: JobWorker = await startJobWorker({
    url: platform.databaseUrl,
    name: 'test',
    logger,
    // Nobody dies here: a worker that a busy machine keeps still shall not be taken for dead, and its mail sent twice.
    limits: { pollMs: 50, heartbeatMs: 100, silenceMs: 30_000, stopMs: 500 },
    tasks: createTasks({
      database: platform.database,
      addresses: platform.addresses,
      sealer,
      transport,
      logger,
      appUrl: 'https://app.example.org',
      domain: 'example.org',
      perAddressADay: options.perAddressADay ?? 100,
      handleRestDays: 90,
      composeDigest: createComposeDigest({
        database: platform.database,
        timeline: options.timeline ?? { call: () => Promise.reject(new Error('timeline is away')) },
        tokens: createUnsubscribeTokens([keys[0]]),
        appUrl: 'https://app.example.org',
      }),
      exportSources: options.exportSources ?? [],
      composeExport: createComposeExport({
        database: platform.database,
        addresses: platform.addresses,
        links: createExportLinks([keys[0]], exportUrl),
      }),
      unsubscribeUrl: 'https://api.example.org/mail/unsubscribe',
    }),
  });
  const found = (to: string, subject: RegExp) =>
    catcher.mails().filter((mail) => mail.to.includes(to) && subject.test(mail.subject));
  async function next(to: string, subject: RegExp, howMany = 1): Promise<CaughtMail> {
    await vi.waitUntil(() => found(to, subject).length >= howMany, { timeout: 20_000 });
    return found(to, subject)[0] as CaughtMail;
  }
  return {
    catcher,
    next,
    async token(to, subject, howMany) {
      const { text } = await next(to, subject, howMany);
      return text.match(/https:\/\/app\.example\.org\/[a-z-]+#token=(\S+)/)?.[1] ?? 'no token in the mail';
    },
    async settled() {
      await vi.waitUntil(
        async () => {
          const rows = await platform.database.$queryRaw<
            object[]
          >`SELECT 1 FROM graphile_worker._private_jobs WHERE attempts < max_attempts`;
          return rows.length === 0;
        },
        { timeout: 20_000 },
      );
    },
    async close() {
      await worker.stop();
      transport.close();
      await catcher.stop();
    },
  };
}
