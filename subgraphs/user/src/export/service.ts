import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed, rateLimited } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import type { PasswordCheck } from '../accounts/password-check.ts';
import { confirmationMs } from '../accounts/settings.ts';
import { leaveInput, parseInput } from '../accounts/validation.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { isConfirmed } from '../second-factor/repository.ts';
import type { ExportLimits } from './limits.ts';
import type { ExportLinks } from './links.ts';
import { type StoredExport, countDownload, findExport, isReady, requestExport } from './repository.ts';
import type { ExportStore } from './store.ts';

export type ExportService = ReturnType<typeof createExportService>;

/** An archive on its way to whoever has its link. */
export interface Download {
  fileName: string;
  sizeBytes: number;
  bytes: AsyncIterable<Uint8Array>;
}

/** What a person may have of their account, for themselves. */
export function createExportService(options: {
  database: UserDatabase;
  store: ExportStore;
  /** Null where nobody could fetch one. */
  links: ExportLinks | null;
  checkPassword: PasswordCheck;
  audit: AuditLog;
  limits: Pick<ExportLimits, 'attempts' | 'downloads' | 'everyHours'>;
}) {
  const { audit, checkPassword, database, limits, links, store } = options;
  return {
    /** @throws UserErrors `NotAllowed` for a wrong password or where there are none, `RateLimited` */
    request: (input: unknown, context: RequestContext): Promise<StoredExport> =>
      audit.around('account-export', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const { password } = parseInput(leaveInput, input);
        await checkPassword(viewerId, { field: 'password', password }, context);
        if (!links) throw notAllowed('Exports are not made here.');
        const asked = await requestExport(database, viewerId, limits);
        if ('retryAfter' in asked)
          throw rateLimited(asked.retryAfter, 'You asked for one not long ago. Try again later.');
        return asked;
      }),

    /** The newest one of the viewer; null when they asked for none of late. */
    read: (viewerId: UserId): Promise<StoredExport | null> => findExport(database, viewerId),

    /** Where it can be fetched; null when it cannot, or not by who has not shown that it is them. */
    async urlOf(found: StoredExport, context: RequestContext): Promise<string | null> {
      if (!links || !isReady(found)) return null;
      const isShown = await isConfirmed(database, found.accountId, context.sessionId, confirmationMs);
      return isShown ? links.make(found) : null;
    },

    /** What a token opens: `gone` for one that is no good any more, or was used as often as it may. */
    async open(token: string, requestId: string): Promise<Download | 'gone' | null> {
      const id = links?.open(token) ?? null;
      if (id === null) return null;
      const found = id === 'expired' ? null : await countDownload(database, id, limits.downloads);
      if (!found) return 'gone';
      const { accountId, handle, readyAt, sizeBytes } = found;
      audit.record(
        'account-export-download',
        'ok',
        { requestId, clientAddress: null },
        { account: accountId },
      );
      const day = readyAt.toISOString().slice(0, 10);
      return {
        fileName: `murmuration-${handle}-${day}.zip`,
        sizeBytes,
        bytes: store.read(found, sizeBytes),
      };
    },
  };
}
