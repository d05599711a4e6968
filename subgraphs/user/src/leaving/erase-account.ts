import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { AuditLog } from '../audit/audit-log.ts';
import { z } from 'zod';
import { erase } from './erase.ts';

const payload = z.object({ accountId: z.string().regex(/^\d+$/) });

/** Erases an account whose grace is over. Whoever came back meanwhile stays, and a second run finds nothing to do. */
export function createEraseAccount(database: UserDatabase, audit: AuditLog): Task {
  return async (job, { jobId, signal }) => {
    const account = BigInt(payload.parse(job).accountId);
    const outcome = await erase(database, account, signal);
    if (outcome === 'erased') {
      audit.record('erasure', 'ok', { requestId: `job ${jobId}`, clientAddress: null }, { account });
    }
  };
}
