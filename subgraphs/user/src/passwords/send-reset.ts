import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import { z } from 'zod';
import { sendReset } from './repository.ts';

const payload = z.object({ handleOrEmail: z.string() });

/** Looks for whoever forgot their password, where nobody can see how long that takes. */
export function createSendReset(database: UserDatabase): Task {
  return (job) => sendReset(database, payload.parse(job).handleOrEmail);
}
