import { readConfig, redisSettings, setting } from '@murmuration/config';
import { internalClientLimits } from '@murmuration/service-kit';
import { liveStreamSettings } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import { accountDefaults, type AccountSettings } from './accounts/settings.ts';
import { exportLimits, mostBytes } from './export/limits.ts';
import { userLiveLimits } from './live/limits.ts';
import { checkPasskeySettings, passkeyDefaults, type PasskeySettings } from './passkeys/settings.ts';
import { relationDefaults } from './relations/limits.ts';
import { parseSigningKeys } from './sessions/keys.ts';
import { suggestionLimits } from './suggestions/limits.ts';

/** Of whoever reads people's e-mail addresses, which are sealed at rest. */
const addressSettings = {
  /** The first wraps the keys of what is sealed at rest; all unwrap. */
  DATA_KEYS: setting.secretList(),
  /** What addresses are found by: the first makes what they are written with, they are looked for by all. */
  EMAIL_INDEX_KEYS: setting.secretList(),
  /** While a version runs that knows no sealed addresses: they stand in clear as well. */
  EMAILS_IN_CLEAR: setting.boolean(false),
};

export type UserConfig = ReturnType<typeof readUserConfig>;

/**
 * Every setting of this process.
 * @throws ConfigError for pages, too, to which no browser gives a passkey of the domain
 */
export function readUserConfig(environment: NodeJS.ProcessEnv = process.env) {
  const config = readConfig(
    {
      HOST: setting.host(),
      PORT: setting.port(4101),
      METRICS_PORT: setting.port(0),
      USER_DATABASE_URL: setting.postgresUrl(),
      USER_DATABASE_POOL: setting.integer(10, 1),
      ...redisSettings,
      /** Asked whether a post exists for whoever asks for it by `node`; the other, whether a list does. */
      POST_URL: setting.httpUrl(),
      TIMELINE_URL: setting.httpUrl(),
      INTERNAL_KEYS: setting.internalKeys(),
      /** How long another service may take for what it is asked. */
      INTERNAL_TIMEOUT_MS: setting.integer(internalClientLimits.timeoutMs, 1),
      JWT_SIGNING_KEYS: z.string().transform((text, context) => {
        try {
          return parseSigningKeys(text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
          return z.NEVER;
        }
      }),
      REFRESH_TOKEN_SECRET: setting.secretList(),
      ...addressSettings,
      PASSWORD_MAX_WAITING: setting.integer(accountDefaults.passwordMaxWaiting),
      PASSWORD_MAX_WAIT_MS: setting.integer(accountDefaults.passwordMaxWaitMs, 1),
      SIGN_UPS_PER_ADDRESS: setting.integer(accountDefaults.signUpsPerAddress),
      LOG_INS_PER_ADDRESS: setting.integer(accountDefaults.logInsPerAddress),
      MAILS_PER_ADDRESS: setting.integer(accountDefaults.mailsPerAddress),
      MAILS_PER_ACCOUNT: setting.integer(accountDefaults.mailsPerAccount),
      LINKS_PER_ADDRESS: setting.integer(accountDefaults.linksPerAddress),
      WRONG_CODES_PER_DAY: setting.integer(accountDefaults.wrongCodesPerDay),
      SIGN_UP_CHALLENGE: z.enum(['off', 'proof-of-work']).default(accountDefaults.signUpChallenge),
      SIGN_UP_CHALLENGE_DIFFICULTY: setting.integer(accountDefaults.signUpChallengeDifficulty, 1),
      SIGN_UP_CHALLENGE_SECONDS: setting.integer(accountDefaults.signUpChallengeSeconds, 1),
      HANDLE_REST_DAYS: setting.integer(accountDefaults.handleRestDays),
      RESTING_HANDLES: setting.integer(accountDefaults.restingHandles, 1),
      // At least as long as any token of before may be believed.
      ERASURE_GRACE_DAYS: setting.integer(accountDefaults.erasureGraceDays, 1),
      /** The domain that passkeys are for: another one, and none of before is good. */
      PASSKEY_RP_ID: setting.text(passkeyDefaults.rpId),
      /** Pages and apps that may ask for passkeys; see `PasskeySettings`. */
      PASSKEY_ORIGINS: setting
        .list()
        .transform((origins) => (origins.length > 0 ? origins : passkeyDefaults.origins)),
      MAX_PASSKEYS: setting.integer(passkeyDefaults.maxPasskeys),
      /** People whom one person may follow. */
      MAX_FOLLOWING: setting.integer(relationDefaults.maxFollowing, 1),
      /** After so long suggestions of people are made anew, when they are read. */
      SUGGESTIONS_STALE_HOURS: setting.integer(suggestionLimits.staleHours, 1),
      /** People whom one person may keep out of their suggestions; beyond that the oldest come up again. */
      SUGGESTIONS_DISMISSED: setting.integer(suggestionLimits.dismissed, 1),
      /** Follows, and requests to, of one person within a day. */
      FOLLOWS_PER_DAY: setting.integer(relationDefaults.followsPerDay),
      /** Where `/account-export` of this process is reached from the internet; without it nobody can have an export. */
      EXPORT_URL: setting.httpUrl().optional(),
      /** One person asks for an export at most so often, and fetches each so many times. */
      EXPORT_EVERY_HOURS: setting.integer(exportLimits.everyHours, 1),
      EXPORT_DOWNLOADS: setting.integer(exportLimits.downloads, 1),
      /** Who missed more live events than this is told to fetch again. */
      USER_REPLAY_EVENTS: setting.integer(userLiveLimits.replayEvents, 1),
      /** Changes that this process keeps for those who come back. */
      USER_LIVE_WINDOW: setting.integer(userLiveLimits.windowChanges, 1),
      ...liveStreamSettings,
      /** Live streams of this process; another one is refused. */
      USER_STREAMS: setting.integer(userLiveLimits.streams, 1),
      /** Live streams that one person may have open at this process. */
      USER_STREAMS_PER_PERSON: setting.integer(userLiveLimits.streamsPerPerson, 1),
      LOG_LEVEL: setting.logLevel(),
      /** How long a stopping process still serves, so that load balancers notice and connections end. */
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );
  checkPasskeySettings(passkeySettingsOf(config));
  return config;
}

/** The settings of accounts under the names that the code uses. */
export function accountSettingsOf(config: UserConfig): AccountSettings {
  return {
    passwordMaxWaiting: config.PASSWORD_MAX_WAITING,
    passwordMaxWaitMs: config.PASSWORD_MAX_WAIT_MS,
    signUpsPerAddress: config.SIGN_UPS_PER_ADDRESS,
    logInsPerAddress: config.LOG_INS_PER_ADDRESS,
    mailsPerAddress: config.MAILS_PER_ADDRESS,
    mailsPerAccount: config.MAILS_PER_ACCOUNT,
    linksPerAddress: config.LINKS_PER_ADDRESS,
    wrongCodesPerDay: config.WRONG_CODES_PER_DAY,
    signUpChallenge: config.SIGN_UP_CHALLENGE,
    signUpChallengeDifficulty: config.SIGN_UP_CHALLENGE_DIFFICULTY,
    signUpChallengeSeconds: config.SIGN_UP_CHALLENGE_SECONDS,
    handleRestDays: config.HANDLE_REST_DAYS,
    restingHandles: config.RESTING_HANDLES,
    erasureGraceDays: config.ERASURE_GRACE_DAYS,
  };
}

/** The same of passkeys. */
export function passkeySettingsOf(config: {
  PASSKEY_RP_ID: string;
  PASSKEY_ORIGINS: readonly string[];
  MAX_PASSKEYS: number;
}): PasskeySettings {
  return {
    rpId: config.PASSKEY_RP_ID,
    origins: config.PASSKEY_ORIGINS,
    maxPasskeys: config.MAX_PASSKEYS,
  };
}

export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/** Every setting of the process that works the jobs off. */
export function readWorkerConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      HOST: setting.host(),
      PORT: setting.port(4104),
      METRICS_PORT: setting.port(0),
      USER_DATABASE_URL: setting.postgresUrl(),
      ...addressSettings,
      /**
       * Jobs at once, and connections for them; the job runner has two more than that of its own. Of all workers' places
       * one may be at an erasure and one at an export, which take long: so there is another one for mails.
       */
      USER_WORKER_POOL: setting.integer(4, 3),
      /** `smtps://user:password@host`, or `smtp://host`, which demands STARTTLS of any but this machine. */
      SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'expected smtp:// or smtps://' }),
      /** Whom mails are from: `Name <address>`, or an address. */
      MAIL_FROM: z.string().default('Murmuration <no-reply@localhost>'),
      /** Where people open the app; links in mails begin with it. */
      APP_URL: setting.httpUrl(),
      /** Asked what people have not seen, for those who read it by mail; both, what they hold of who wants an export. */
      TIMELINE_URL: setting.httpUrl(),
      POST_URL: setting.httpUrl(),
      INTERNAL_KEYS: setting.internalKeys(),
      /** How long another service may take for what it is asked. */
      INTERNAL_TIMEOUT_MS: setting.integer(internalClientLimits.timeoutMs, 1),
      /** Where `/mail/unsubscribe` of `user` is reached from the internet; without it mails name no such place. */
      UNSUBSCRIBE_URL: setting.httpUrl().optional(),
      /** Mails of one kind to one address within a day, whoever asks for them. */
      MAILS_PER_DAY: setting.integer(20, 1),
      /** As `user` has it: what mails say of exports that are ready. */
      EXPORT_URL: setting.httpUrl().optional(),
      /** Bytes that are gathered for an export, before they are compressed; of whom there is more gets none. */
      EXPORT_MAX_BYTES: z.coerce.number().int().min(1).max(mostBytes).default(exportLimits.maxBytes),
      /** How long an export can be fetched. */
      EXPORT_KEPT_HOURS: setting.integer(exportLimits.keptHours, 1),
      /** How long the handle of whom was erased is nobody's; `user` has the same for those that are given up. */
      HANDLE_REST_DAYS: setting.integer(accountDefaults.handleRestDays),
      /** After so long suggestions of people are made anew by the clock, for who still reads theirs. */
      SUGGESTIONS_STALE_HOURS: setting.integer(suggestionLimits.staleHours, 1),
      /** Of whom a person follows, and of whom each of these follows, so many of the newest are looked at for suggestions. */
      SUGGESTIONS_FOLLOWEES: setting.integer(suggestionLimits.followees, 1),
      SUGGESTIONS_FOLLOWEES_EACH: setting.integer(suggestionLimits.followeesOfEach, 1),
      /** Suggestions that are kept for a person. */
      SUGGESTIONS_KEPT: setting.integer(suggestionLimits.kept, 1),
      /** People whose stale suggestions are made anew every five minutes, at most. */
      SUGGESTIONS_DUE: setting.integer(suggestionLimits.dueAtOnce, 1),
      LOG_LEVEL: setting.logLevel(),
    },
    environment,
  );
}

export type CommandConfig = ReturnType<typeof readCommandConfig>;

/** Every setting of a command: no keys, for a command signs nothing. */
export function readCommandConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      USER_DATABASE_URL: setting.postgresUrl(),
      REDIS_URL: setting.redisUrl(),
      LOG_LEVEL: setting.logLevel(),
    },
    environment,
  );
}
