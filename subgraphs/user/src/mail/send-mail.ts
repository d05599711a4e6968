import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { Logger } from '@murmuration/service-kit';
import { z } from 'zod';
import { composeMail, linkTo } from './compose.ts';
import { linkLifeMs, type LinkKind, type MailKind } from './kinds.ts';
import { makeToken } from './links.ts';
import { findOutgoing, insertLink, markSent } from './repository.ts';
import type { MailTransport } from './transport.ts';

export interface SendMailOptions {
  database: UserDatabase;
  transport: MailTransport;
  logger: Logger;
  /** Where people open the app: links begin with it. */
  appUrl: string;
  /** The part behind the @ of message ids. */
  domain: string;
  /** Mails of one kind to one address within a day, of those kinds that anybody can ask for; more are not sent. */
  perAddressADay: number;
}

/** Counted each for itself: who uses one up must not keep a person from the others. */
const askedForByAnybody = new Set<MailKind>(['verify-email', 'confirm-email-change', 'reset-password']);

const payload = z.object({ mailId: z.string().regex(/^\d+$/) });

/**
 * Sends a mail, at least once: who dies between the server's answer and its note sends it again, with the same message
 * id. The token of its link is made here and stored before it leaves, as a hash: no other place ever has it.
 */
export function createSendMail(options: SendMailOptions): Task {
  const { appUrl, database, domain, logger, perAddressADay, transport } = options;

  async function makeLink(mailId: bigint, kind: MailKind): Promise<string | null> {
    if (!hasLink(kind)) return null;
    const { hash, token } = makeToken();
    await insertLink(database, mailId, hash);
    return linkTo(appUrl, kind, token);
  }

  return async (job) => {
    const mailId = BigInt(payload.parse(job).mailId);
    const mail = await findOutgoing(database, mailId);
    if (!mail) return;
    if (askedForByAnybody.has(mail.kind) && mail.earlierToday >= perAddressADay) {
      logger.warn({ mail: String(mailId), kind: mail.kind }, 'an address got as many mails as it may a day');
      return;
    }
    const link = await makeLink(mailId, mail.kind);
    const { subject, text } = composeMail(mail.kind, { handle: mail.handle, link });
    await transport.send({ messageId: `<${mailId}@${domain}>`, to: mail.email, subject, text });
    await markSent(database, mailId);
  };
}

function hasLink(kind: MailKind): kind is LinkKind {
  return linkLifeMs[kind] !== null;
}
