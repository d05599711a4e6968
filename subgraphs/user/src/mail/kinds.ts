const minutes = 60_000;
const days = 24 * 60 * minutes;

/** How long the link of each kind of mail is good from the moment it was asked for; null where it has none. */
export const linkLifeMs = {
  'verify-email': 3 * days,
  'confirm-email-change': days,
  // Long enough for somebody who reads their mail once a week.
  'undo-email-change': 8 * days,
  'reset-password': 30 * minutes,
  'password-changed': null,
  'account-deleted': null,
  'second-factor-on': null,
  'second-factor-off': null,
  'second-factor-reset': null,
  'passkey-added': null,
  'passkey-removed': null,
  /** Its link is another one's; made by `export`. */
  'export-ready': null,
  'export-failed': null,
  /** What happened; made by `digests`. */
  digest: null,
} as const;

export type MailKind = keyof typeof linkLifeMs;
/** Mails that bring a link. */
export type LinkKind = {
  [Kind in MailKind]: (typeof linkLifeMs)[Kind] extends null ? never : Kind;
}[MailKind];

export const mailKinds = Object.keys(linkLifeMs) as MailKind[];
