import type { UserDatabase } from '@murmuration/prisma/user';
import { validationError } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import type { EntryLimits } from '../accounts/entry-limits.ts';
import type { PasswordCheck } from '../accounts/password-check.ts';
import { emailTaken, takenField } from '../accounts/taken.ts';
import { changeEmailInput, parseInput } from '../accounts/validation.ts';
import { emailKeyOf, type SealedAddress } from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { verifyAddress } from '../addresses/repository.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { findLink, type Link, linkRefused, requireGoodLink, useLink } from '../mail/links.ts';
import type { Revocation } from '../sessions/revocation.ts';
import { askForChange, askForVerification, changeAddress, undoChange } from './repository.ts';
import { transact } from '../statements.ts';

export type EmailService = ReturnType<typeof createEmailService>;

/** The address of an account: that it is the person's, and how it becomes another one. */
export function createEmailService(options: {
  database: UserDatabase;
  addresses: Addresses;
  limits: EntryLimits;
  checkPassword: PasswordCheck;
  revocation: Revocation;
  audit: AuditLog;
}) {
  const { addresses, audit, checkPassword, database, limits, revocation } = options;

  /** The address that a link is about. */
  const addressOf = async (link: Link): Promise<SealedAddress> =>
    addresses.seal(link.accountId, await addresses.open(link.accountId, link));

  return {
    /** Sends the question again; nothing when it is answered already. @throws UserErrors `RateLimited` */
    async sendVerification(context: RequestContext): Promise<void> {
      const viewerId = requireViewer(context);
      await limits.admitMail(context, viewerId);
      await askForVerification(database, viewerId);
    },

    /**
     * The link was followed. A second time it says the same while that is still true, for people click twice.
     * @throws UserErrors `NotAllowed` for a link that is no good, `Conflict` when another account has the address
     */
    verify: (token: string, context: RequestContext): Promise<{ email: string }> =>
      audit.around('email-verification', context, async (subject) => {
        await limits.admitLink(context);
        const link = await findLink(database, 'verify-email', token);
        if (link?.state !== 'good' && link?.state !== 'used') throw linkRefused(link);
        subject.account = link.accountId;
        const address = await addressOf(link);
        const isTrue = await orTaken(
          transact(database, async (transaction) => {
            if (link.state === 'good') await useLink(transaction, 'verify-email', token);
            return verifyAddress(transaction, addresses, link.accountId, address);
          }),
        );
        if (!isTrue) throw linkRefused(null);
        return { email: address.text };
      }),

    /**
     * Asks the new address. Whether another account has it is told only there.
     * @throws UserErrors `ValidationError`, `NotAllowed` for a wrong password, or `RateLimited`
     */
    requestChange: (input: unknown, context: RequestContext): Promise<void> =>
      audit.around('email-change-request', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const { newEmail, password } = parseInput(changeEmailInput, input);
        const account = await checkPassword(viewerId, { field: 'password', password }, context);
        const present = await addresses.open(viewerId, account);
        if (emailKeyOf(present) === emailKeyOf(newEmail)) {
          throw validationError('newEmail', 'This is your address already.');
        }
        await limits.admitMail(context, viewerId);
        await askForChange(database, viewerId, await addresses.seal(viewerId, newEmail));
      }),

    /** @throws UserErrors `NotAllowed` for a link that is no good, `Conflict` when another account has the address */
    confirmChange: (token: string, context: RequestContext): Promise<{ email: string }> =>
      audit.around('email-change', context, async (subject) => {
        await limits.admitLink(context);
        const link = await requireGoodLink(database, 'confirm-email-change', token);
        const address = await addressOf(link);
        await orTaken(changeAddress(database, addresses, token, address));
        subject.account = link.accountId;
        return { email: address.text };
      }),

    /** @throws UserErrors `NotAllowed` for a link that is no good, `Conflict` when another account has the address */
    undoChange: (token: string, context: RequestContext): Promise<{ email: string }> =>
      audit.around('email-change-undo', context, async (subject) => {
        await limits.admitLink(context);
        const link = await requireGoodLink(database, 'undo-email-change', token);
        const address = await addressOf(link);
        const { ended } = await orTaken(undoChange(database, addresses, token, address));
        subject.account = link.accountId;
        revocation.announce(link.accountId, ended, context);
        return { email: address.text };
      }),
  };
}

function orTaken<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw takenField(error) === 'email' ? emailTaken() : error;
  });
}
