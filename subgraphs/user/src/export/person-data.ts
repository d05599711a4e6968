import type { UserDatabase } from '@murmuration/prisma/user';
import { createPersonData, type PersonPart, type ReadPersonData } from '@murmuration/service-kit/subgraph';
import { isHidden } from '../accounts/hidden.ts';
import type { Addresses } from '../addresses/addresses.ts';

/** People are told as in lists of the graph: with their names, and those who are hidden left out where they would be there. */
const person = { user: 'a.id::text', handle: 'a.handle' } as const;

function relation(options: {
  name: string;
  about: string;
  /** A table as `r`, and its columns. */
  table: string;
  mine: string;
  other: string;
  key: string;
  kept: string;
  since: string;
  more?: Record<string, string>;
}): PersonPart {
  const { about, kept, key, mine, more = {}, name, other, since, table } = options;
  return {
    name,
    about,
    from: `${table} r JOIN account a ON a.id = r.${other}`,
    where: `r.${mine} = $1 AND ${kept}`,
    key: [[`r.${key}`, 'bigint']],
    fields: { ...person, [since]: 'r.id::text', ...more },
    ids: { user: 'User' },
    times: [since],
  };
}

/** An address as a row has it, sealed for the person: it is opened before it is told. */
const addressOf = (alias: string) =>
  `jsonb_build_object('email', ${alias}.email, 'sealed', encode(${alias}.email_sealed, 'hex'))`;

interface AddressRow {
  email: string | null;
  /** In hexadecimal. */
  sealed: string | null;
}

/** Which field of a part is such an address. */
const addressFields: Readonly<Record<string, string>> = { account: 'email', mails: 'to' };

const follows = { table: 'follow', key: 'id' } as const;
const isShown = `r.state = 'active' AND NOT ${isHidden('a.')}`;

/** What this subgraph holds of a person, for an export of their account: nothing of what others did to them behind their back. */
export const userParts: readonly [PersonPart, ...PersonPart[]] = [
  {
    name: 'account',
    about: 'Your account and your profile.',
    from: 'account a',
    where: 'a.id = $1',
    key: [['a.id', 'bigint']],
    fields: {
      id: 'a.id::text',
      handle: 'a.handle',
      displayName: 'a.display_name',
      bio: 'a.bio',
      isPrivate: 'a.is_private',
      email: addressOf('a'),
      emailVerifiedAt: 'a.email_verified_at',
      role: 'a.role',
      createdAt: 'a.created_at',
      deactivatedAt: 'a.deactivated_at',
      eraseAt: 'a.erase_at',
    },
    ids: { id: 'User' },
  },
  {
    name: 'earlier-handles',
    about: 'Handles that you gave up and that still lead to you.',
    from: 'resting_handle h',
    where: 'h.account_id = $1',
    key: [['h.handle', 'text']],
    fields: { handle: 'h.handle', restsUntil: 'h.rests_until' },
  },
  {
    name: 'second-factor',
    about: 'Since when signing in takes a code; the secret itself is not here.',
    from: 'second_factor s',
    where: 's.account_id = $1 AND s.confirmed_at IS NOT NULL',
    key: [['s.account_id', 'bigint']],
    fields: { onSince: 's.confirmed_at' },
  },
  {
    name: 'passkeys',
    about: 'Passkeys that sign in to your account, and when they did last; the keys themselves are not here.',
    from: 'passkey p',
    where: 'p.account_id = $1',
    key: [['p.id', 'bigint']],
    fields: {
      id: 'p.id::text',
      name: 'p.name',
      isSynced: 'p.is_synced',
      createdAt: 'p.created_at',
      lastUsedAt: 'p.last_used_at',
    },
    ids: { id: 'Passkey' },
  },
  {
    name: 'sessions',
    about: 'Where you are signed in, and where you were until a week ago.',
    from: 'session s',
    where: 's.account_id = $1',
    key: [['s.id', 'bigint']],
    fields: {
      id: 's.id::text',
      deviceName: 's.device_name',
      client: 's.client',
      network: 's.network',
      createdAt: 's.created_at',
      lastUsedAt: 's.rotated_at',
      expiresAt: 's.expires_at',
      endedAt: 's.revoked_at',
    },
    ids: { id: 'Session' },
  },
  {
    name: 'mail-settings',
    about: 'How often you read by mail what you have not seen; never where nothing is here.',
    from: 'mail_digest d',
    where: 'd.account_id = $1',
    key: [['d.account_id', 'bigint']],
    fields: { every: 'd.every', nextAt: 'd.due_at' },
  },
  {
    name: 'mails',
    about: 'Mails of the last thirty days to you.',
    from: 'mail m',
    where: 'm.account_id = $1',
    key: [['m.id', 'bigint']],
    fields: { kind: 'm.kind', to: addressOf('m'), createdAt: 'm.created_at', sentAt: 'm.sent_at' },
  },
  relation({
    name: 'following',
    about: 'Whom you follow.',
    ...follows,
    mine: 'follower_id',
    other: 'followee_id',
    kept: isShown,
    since: 'followedAt',
  }),
  relation({
    name: 'followers',
    about: 'Who follows you.',
    ...follows,
    mine: 'followee_id',
    other: 'follower_id',
    kept: isShown,
    since: 'followedAt',
  }),
  relation({
    name: 'follow-requests-made',
    about: 'Whom you asked to follow.',
    ...follows,
    key: 'followee_id',
    mine: 'follower_id',
    other: 'followee_id',
    kept: `r.state = 'requested' AND NOT ${isHidden('a.')}`,
    since: 'askedAt',
  }),
  relation({
    name: 'follow-requests-received',
    about: 'Who asked to follow you.',
    ...follows,
    mine: 'followee_id',
    other: 'follower_id',
    kept: `r.state = 'requested'`,
    since: 'askedAt',
  }),
  relation({
    name: 'blocks',
    about: 'Whom you blocked.',
    table: 'block',
    key: 'id',
    mine: 'blocker_id',
    other: 'blocked_id',
    kept: 'r.active',
    since: 'blockedAt',
  }),
  relation({
    name: 'mutes',
    about: 'Whom you muted, and until when.',
    table: 'mute',
    key: 'id',
    mine: 'muter_id',
    other: 'muted_id',
    kept: 'r.active',
    since: 'mutedAt',
    more: { until: 'r.until' },
  }),
  relation({
    name: 'dismissed-suggestions',
    about: 'Whom you do not want to be suggested.',
    table: 'dismissed_suggestion',
    key: 'id',
    mine: 'account_id',
    other: 'dismissed_id',
    kept: 'true',
    since: 'dismissedAt',
  }),
];

/** Whose addresses are opened must be the person's: they are sealed for nobody else. */
export function createUserPersonData(database: UserDatabase, addresses: Addresses): ReadPersonData {
  const read = createPersonData(userParts, (text, values) => database.$queryRawUnsafe(text, ...values));
  return async (personId, place) => {
    const page = await read(personId, place);
    const field = addressFields[page.part.name];
    for (const row of field ? page.rows : []) {
      const { email, sealed } = row[field as string] as AddressRow;
      const emailSealed = sealed === null ? null : Buffer.from(sealed, 'hex');
      row[field as string] = await addresses.open(personId, { email, emailSealed });
    }
    return page;
  };
}
