import { Prisma } from '@murmuration/prisma/user';
import { conflict, type UserErrors } from '@murmuration/service-kit';

/** Which unique value a failed write would have taken a second time, or null when it failed otherwise. */
export function takenField(error: unknown): 'handle' | 'email' | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const text = JSON.stringify([error.message, error.meta]);
  if (!text.includes('23505')) return null;
  if (text.includes('account_handle')) return 'handle';
  return text.includes('account_verified_email') ? 'email' : null;
}

/** Told only to whoever reads the mails of an address. */
export function emailTaken(): UserErrors {
  return conflict('Another account has this e-mail address.', { code: 'EMAIL_TAKEN' });
}

export function handleTaken(): UserErrors {
  return conflict('This handle, or one that looks like it, is taken.', {
    code: 'HANDLE_TAKEN',
    path: ['handle'],
  });
}
