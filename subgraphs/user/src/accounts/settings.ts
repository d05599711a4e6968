/** What an operator may set of accounts; each has a setting in `config.ts`. */
export interface AccountSettings {
  /** Callers that wait for a password to be hashed, in each lane. */
  passwordMaxWaiting: number;
  /** How long each waits at most. */
  passwordMaxWaitMs: number;
  /** Sign-ups from one address within {@link addressWindowSeconds}; 0 is no limit. */
  signUpsPerAddress: number;
  /** Log-ins from one address, right or wrong, within {@link addressWindowSeconds}; 0 is no limit. */
  logInsPerAddress: number;
  /** Mails asked for from one address within {@link addressWindowSeconds}; 0 is no limit. */
  mailsPerAddress: number;
  /** Mails that somebody signed in asks for within {@link accountWindowSeconds}; 0 is no limit. */
  mailsPerAccount: number;
  /** Links of mails tried from one address within {@link addressWindowSeconds}; 0 is no limit. */
  linksPerAddress: number;
  /** Wrong codes of an app for one account within {@link codeWindowSeconds}; 0 is no limit. */
  wrongCodesPerDay: number;
  /** What signing up asks to be solved. */
  signUpChallenge: 'off' | 'proof-of-work';
  /** Iterations of PBKDF2 in each of the tries that solving takes: 256 on average. */
  signUpChallengeDifficulty: number;
  /** How long a challenge is good. */
  signUpChallengeSeconds: number;
  /** How long a handle that was given up stays its old owner's. */
  handleRestDays: number;
  /** Handles that rest for one person at a time. */
  restingHandles: number;
  /** Days until a deleted account is erased; its owner comes back by signing in before. */
  erasureGraceDays: number;
}

/** Wide enough for people who share an address; a machine's worth of guesses it is not. */
export const accountDefaults: AccountSettings = {
  // Both lanes together leave room in a gateway's 64 connections: whoever waits here keeps one.
  passwordMaxWaiting: 24,
  passwordMaxWaitMs: 2_000,
  signUpsPerAddress: 100,
  logInsPerAddress: 300,
  mailsPerAddress: 30,
  mailsPerAccount: 5,
  linksPerAddress: 100,
  // Three codes of a million are good at a time: a guesser who knows the password has a year's chance of 2 %.
  wrongCodesPerDay: 20,
  signUpChallenge: 'off',
  // About a second of a laptop's core.
  signUpChallengeDifficulty: 5_000,
  signUpChallengeSeconds: 10 * 60,
  handleRestDays: 90,
  restingHandles: 5,
  erasureGraceDays: 30,
};

/** How long a session in which somebody has shown that it is them needs nothing more for what is dangerous. */
export const confirmationMs = 10 * 60_000;
export const addressWindowSeconds = 15 * 60;
export const accountWindowSeconds = 60 * 60;
export const codeWindowSeconds = 24 * 60 * 60;
