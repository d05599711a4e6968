import type { Task } from '@murmuration/jobs';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { Logger } from '@murmuration/service-kit';
import { z } from 'zod';
import type { Addresses } from '../addresses/addresses.ts';
import type { ComposeDigest } from '../digests/compose.ts';
import type { ComposeExport } from '../export/compose.ts';
import { composeMail, linkTo } from './compose.ts';
import { linkLifeMs, type LinkKind, type MailKind } from './kinds.ts';
import { makeToken } from './links.ts';
import {
  countEarlierToday,
  findOutgoing,
  insertLink,
  markSent,
  markVoid,
  type OutgoingMail,
} from './repository.ts';
import type { MailTransport, OutgoingMessage } from './transport.ts';

export interface SendMailOptions {
  database: UserDatabase;
  addresses: Addresses;
  transport: MailTransport;
  logger: Logger;
  /** Where people open the app: links begin with it. */
  appUrl: string;
  /** The part behind the @ of message ids. */
  domain: string;
  /** Mails of one kind to one address within a day, of those kinds that anybody can ask for; more are not sent. */
  perAddressADay: number;
  composeDigest: ComposeDigest;
  composeExport: ComposeExport;
  /** Where mail programs say that their reader wants no more; null where nobody can be told. */
  unsubscribeUrl: string | null;
}

/** Counted each for itself: who uses one up must not keep a person from the others. */
const askedForByAnybody = new Set<MailKind>(['verify-email', 'confirm-email-change', 'reset-password']);

const payload = z.object({ mailId: z.string().regex(/^\d+$/) });

/**
 * Sends a mail, at least once: who dies between the server's answer and its note sends it again, with the same message
 * id. The token of its link is made here and stored before it leaves, as a hash: no other place ever has it.
 */
export function createSendMail(options: SendMailOptions): Task {
  const {
    addresses,
    appUrl,
    composeDigest,
    composeExport,
    database,
    domain,
    logger,
    perAddressADay,
    transport,
    unsubscribeUrl,
  } = options;

  async function makeLink(mailId: bigint, kind: MailKind): Promise<string | null> {
    if (!hasLink(kind)) return null;
    const { hash, token } = makeToken();
    await insertLink(database, mailId, hash);
    return linkTo(appUrl, kind, token);
  }

  /** What a mail says; null when there is nothing to say any more. */
  async function compose(
    mailId: bigint,
    mail: OutgoingMail,
  ): Promise<Pick<OutgoingMessage, 'subject' | 'text' | 'unsubscribeUrl'> | null> {
    const { handle, kind } = mail;
    if (kind === 'export-ready') return composeExport(mail);
    if (kind !== 'digest') return composeMail(kind, { handle, link: await makeLink(mailId, kind) });
    const digest = await composeDigest(mail);
    if (!digest || unsubscribeUrl === null) return digest;
    return { ...digest, unsubscribeUrl: `${unsubscribeUrl}?token=${digest.token}` };
  }

  async function isOneTooMany(mailId: bigint, kind: MailKind, to: string): Promise<boolean> {
    if (!askedForByAnybody.has(kind)) return false;
    return (await countEarlierToday(database, mailId, kind, await addresses.find(to))) >= perAddressADay;
  }

  return async (job) => {
    const mailId = BigInt(payload.parse(job).mailId);
    const mail = await findOutgoing(database, mailId);
    if (!mail) return;
    const to = await addresses.open(mail.accountId, mail);
    if (await isOneTooMany(mailId, mail.kind, to)) {
      logger.warn({ mail: String(mailId), kind: mail.kind }, 'an address got as many mails as it may a day');
      return;
    }
    const said = await compose(mailId, mail);
    if (!said) return markVoid(database, mailId);
    await transport.send({ messageId: `<${mailId}@${domain}>`, to, ...said });
    await markSent(database, mailId);
  };
}

function hasLink(kind: MailKind): kind is LinkKind {
  return linkLifeMs[kind] !== null;
}
