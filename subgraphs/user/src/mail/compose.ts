import { linkLifeMs, type LinkKind, type MailKind } from './kinds.ts';

/** What a mail says, as plain text: it has to be read everywhere, and nothing in it is loaded from anywhere. */
export interface MailText {
  subject: string;
  text: string;
}

interface Facts {
  handle: string;
  /** Where the link leads, for those kinds that have one. */
  link: string | null;
}

/**
 * Where the app takes a token and sends it by the mutation of that name. It stands behind the `#`, so that no
 * server's log and no `Referer` has it.
 */
export function linkTo(appUrl: string, kind: LinkKind | 'stop-digests', token: string): string {
  return `${appUrl.replace(/\/$/, '')}/${kind}#token=${token}`;
}

/** Mails that say the same to everybody. */
type FixedKind = Exclude<MailKind, 'digest' | 'export-ready'>;

export function composeMail(kind: FixedKind, facts: Facts): MailText {
  const { subject, paragraphs } = texts[kind](facts);
  return { subject, text: textOf(facts.handle, paragraphs) };
}

export function textOf(handle: string, paragraphs: readonly string[]): string {
  return `${[`Hello @${handle},`, ...paragraphs].join('\n\n')}\n`;
}

const goodFor = (kind: LinkKind) => {
  const hours = linkLifeMs[kind] / 3_600_000;
  if (hours < 1) return `${hours * 60} minutes`;
  return hours < 48 ? `${hours} hours` : `${hours / 24} days`;
};

const texts: Record<FixedKind, (facts: Facts) => { subject: string; paragraphs: string[] }> = {
  'verify-email': ({ link }) => ({
    subject: 'Is this your e-mail address?',
    paragraphs: [
      'You, or somebody who mistyped theirs, gave this address for an account of that name. If it was you, say so here:',
      String(link),
      `The link is good for ${goodFor('verify-email')}. If it was not you, do nothing.`,
    ],
  }),
  'confirm-email-change': ({ link }) => ({
    subject: 'Your new e-mail address',
    paragraphs: [
      'This is to become the address of your account. Confirm it here:',
      String(link),
      `The link is good for ${goodFor('confirm-email-change')}. If you did not ask for this, do nothing.`,
    ],
  }),
  'undo-email-change': ({ link }) => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [
      'Your account has another address now; this one is told for the last time.',
      'If it was not you, take it back here. Everybody is then signed out, and you choose a new password:',
      String(link),
      `The link is good for ${goodFor('undo-email-change')}.`,
    ],
  }),
  'reset-password': ({ link }) => ({
    subject: 'A new password',
    paragraphs: [
      'Choose a new password here:',
      String(link),
      `The link is good once, for ${goodFor('reset-password')}. If you did not ask for this, do nothing: your password is as it was.`,
    ],
  }),
  'account-deleted': () => ({
    subject: 'Your account was deleted',
    paragraphs: [
      'Your account was deleted just now: nobody sees it any more, and after a time of grace everything in it is erased for good.',
      'If it was not you, or you think better of it, sign in before that, and everything is as it was.',
    ],
  }),
  'second-factor-on': () => ({
    subject: 'Signing in takes a code now',
    paragraphs: [
      'From now on signing in takes a code of your app, or one of your recovery codes, besides your password.',
      'If it was not you, ask for a new password where you sign in: that signs everybody out. Without a code you cannot sign in yourself, so tell whoever runs this place.',
    ],
  }),
  'second-factor-off': () => ({
    subject: 'Signing in takes no code any more',
    paragraphs: [
      'Signing in takes your password alone again. Your recovery codes are no good any more.',
      'If it was not you, somebody knows your password and was signed in. Ask for a new password where you sign in: it comes to this address and signs everybody out. Then set up another app.',
    ],
  }),
  'second-factor-reset': () => ({
    subject: 'Signing in takes no code any more',
    paragraphs: [
      'Whoever runs this place was asked to help, and took away the code that signing in took, and your passkeys: it takes your password alone again, and you were signed out everywhere. Your recovery codes are no good any more.',
      'If you did not ask for it, ask for a new password where you sign in, it comes to this address, and tell whoever runs this place.',
      'Once you are signed in, set up an app again.',
    ],
  }),
  'passkey-added': () => ({
    subject: 'A passkey was added',
    paragraphs: [
      'From now on a new passkey signs in to your account, besides your password.',
      'If it was not you, sign in, take it away where your passkeys are listed, and choose a new password: whoever added it was signed in as you. Sign out everywhere else, too.',
    ],
  }),
  'passkey-removed': () => ({
    subject: 'A passkey was taken away',
    paragraphs: [
      'One of your passkeys signs in no more. Your password does, as before.',
      'If it was not you, somebody was signed in as you: choose a new password, and sign out everywhere else.',
    ],
  }),
  'export-failed': () => ({
    subject: 'Your export could not be made',
    paragraphs: [
      'You asked for a copy of what there is of your account, and it could not be made. Ask for it again tomorrow.',
      'If it fails again, tell whoever runs this place.',
    ],
  }),
  'password-changed': () => ({
    subject: 'Your password was changed',
    paragraphs: [
      'Your password was changed just now.',
      'If it was not you, ask for a new password where you sign in: it comes to this address.',
    ],
  }),
};
