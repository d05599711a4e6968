import { Prisma } from '@murmuration/prisma/user';

/** Which unique value a failed write would have taken a second time, or null when it failed otherwise. */
export function takenField(error: unknown): 'handle' | 'email' | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const text = JSON.stringify([error.message, error.meta]);
  if (!text.includes('23505')) return null;
  if (text.includes('account_handle')) return 'handle';
  return text.includes('account_email') ? 'email' : null;
}
