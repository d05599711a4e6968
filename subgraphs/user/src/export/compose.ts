import type { StoredAddress } from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { type MailText, textOf } from '../mail/compose.ts';
import type { Statements } from '../statements.ts';
import type { ExportLinks } from './links.ts';
import { findExport, isReady, mayMailLink } from './repository.ts';

export type ComposeExport = (
  mail: StoredAddress & { accountId: bigint; handle: string },
) => Promise<MailText | null>;

/** What a mail says of an export that is ready; null when it is none any more. */
export function createComposeExport(options: {
  database: Statements;
  addresses: Addresses;
  links: ExportLinks | null;
}): ComposeExport {
  const { addresses, database, links } = options;
  return async (mail) => {
    const { accountId, handle } = mail;
    const found = await findExport(database, accountId);
    if (!links || !isReady(found)) return null;
    const until = `${found.expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    const to = await addresses.find(await addresses.open(accountId, mail));
    const where = (await mayMailLink(database, accountId, to))
      ? ['Fetch it here. Whoever has this link can, so pass it on to nobody:', links.make(found)]
      : ['Sign in to fetch it, and confirm that it is you.'];
    return {
      subject: 'Your export is ready',
      text: textOf(handle, [
        'You asked for a copy of what there is of your account. It is ready.',
        ...where,
        `It is there until ${until}.`,
        'If you did not ask for it, somebody knows your password: change it, and nobody can fetch the copy any more.',
      ]),
    };
  };
}
