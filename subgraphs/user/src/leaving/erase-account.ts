import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { Addresses } from '../addresses/addresses.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { z } from 'zod';
import { erase } from './erase.ts';

const payload = z.object({ accountId: z.string().regex(/^\d+$/) });

/** Erases an account whose grace is over. Whoever came back meanwhile stays, and a second run finds nothing to do. */
export function createEraseAccount(options: {
  database: UserDatabase;
  addresses: Addresses;
  audit: AuditLog;
  handleRestDays: number;
}): Task {
  const { addresses, audit, database, handleRestDays } = options;
  return async (job, { jobId, signal }) => {
    const account = BigInt(payload.parse(job).accountId);
    const outcome = await erase(database, account, { addresses, handleRestDays, signal });
    if (outcome === 'erased') {
      audit.record('erasure', 'ok', { requestId: `job ${jobId}`, clientAddress: null }, { account });
    }
  };
}
