import type { InternalKey, Secret } from '@murmuration/config';
import type { UserId } from '@murmuration/ids';
import { createPositionOf, createPositionTeller, type Feed } from '@murmuration/events';
import type { UserDatabase } from '@murmuration/prisma/user';
import { createRelationLeases } from '@murmuration/relationships';
import type { Logger, RedisCache, Sealer } from '@murmuration/service-kit';
import { createThrottle } from '@murmuration/service-kit/rate-limit';
import { createPasswords } from './accounts/passwords.ts';
import { createPasswordCheck } from './accounts/password-check.ts';
import { createEnter } from './accounts/enter.ts';
import { createEntryLimits } from './accounts/entry-limits.ts';
import { createAccountService } from './accounts/service.ts';
import { accountDefaults, type AccountSettings } from './accounts/settings.ts';
import { createSignUpChallenge } from './accounts/sign-up-challenge.ts';
import { createSuspension } from './accounts/suspension.ts';
import type { Addresses } from './addresses/addresses.ts';
import { createAfterCommit } from './after-commit.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { createDigestService } from './digests/service.ts';
import { createUnsubscribeTokens } from './digests/tokens.ts';
import { createEmailService } from './emails/service.ts';
import { type ExportLimits, exportLimits } from './export/limits.ts';
import { createExportLinks } from './export/links.ts';
import { createExportService } from './export/service.ts';
import { createPostgresStore } from './export/store.ts';
import { createLeavingService } from './leaving/service.ts';
import { createImportService } from './import/service.ts';
import { createRelationLookup } from './internal/relationships.ts';
import { type UserLiveLimits, userLiveLimits } from './live/limits.ts';
import { createViewerStreams } from './live/streams.ts';
import { createModerationService } from './moderation/service.ts';
import type { NodeOwners } from './nodes/owners.ts';
import { createChallenges } from './challenges/challenges.ts';
import { createPasskeyCheck } from './passkeys/check.ts';
import { createPasskeyEntry } from './passkeys/entry.ts';
import { createPasskeyService } from './passkeys/service.ts';
import { passkeyDefaults, passkeyLimits, type PasskeySettings } from './passkeys/settings.ts';
import { createPasswordService } from './passwords/service.ts';
import { createProfileService } from './profiles/service.ts';
import { followWindowSeconds, relationDefaults, type RelationLimits } from './relations/limits.ts';
import { createRelationService } from './relations/service.ts';
import { createDeviceService } from './sessions/devices.ts';
import { createSecondFactorCheck } from './second-factor/check.ts';
import { createSecondFactorService } from './second-factor/service.ts';
import type { SigningKey } from './sessions/keys.ts';
import { createRevocation } from './sessions/revocation.ts';
import { createSessionService } from './sessions/service.ts';
import type { SuggestionLimits } from './suggestions/limits.ts';
import { createSuggestionService } from './suggestions/service.ts';
import { createView } from './view.ts';

export interface ServiceOptions {
  database: UserDatabase;
  redis: RedisCache;
  logger: Logger;
  /** Who says whether the nodes of other subgraphs exist. */
  nodeOwners: NodeOwners;
  /** The first signs the positions of writes. */
  keys: readonly [InternalKey, ...InternalKey[]];
  /** The first signs access tokens; all are published. */
  signingKeys: readonly [SigningKey, ...SigningKey[]];
  /** The first makes refresh tokens, and keys for challenges; those of all are accepted. */
  refreshTokenSecrets: readonly [Secret, ...Secret[]];
  /** Seals what is secret at rest. */
  sealer: Sealer;
  /** The same for people's e-mail addresses, which are looked for besides. */
  addresses: Addresses;
  /** In place of the defaults. */
  accounts?: Partial<AccountSettings>;
  passkeys?: Partial<PasskeySettings>;
  relations?: Partial<RelationLimits>;
  suggestions?: Partial<SuggestionLimits>;
  exports?: Partial<ExportLimits>;
  /** Where archives are fetched from the internet; without it nobody can have one. */
  exportUrl?: string | undefined;
  /** This subgraph's own, which live streams follow. */
  feed: Pick<Feed, 'read' | 'head'>;
  liveLimits?: UserLiveLimits;
  /** How long a cached relation may be believed; tests shorten it. */
  relationLeaseMs?: number;
}

export type Services = ReturnType<typeof createServices>;

/** The domain without a transport. */
export function createServices(options: ServiceOptions) {
  const { addresses, database, redis, logger, relationLeaseMs } = options;
  const leases = createRelationLeases(redis);
  const afterCommit = createAfterCommit({
    redis,
    leases,
    ...(relationLeaseMs === undefined ? {} : { leaseMs: relationLeaseMs }),
  });
  const tellPosition = createPositionTeller('user', options.keys);
  const settings = { ...accountDefaults, ...options.accounts };
  const relationSettings = { ...relationDefaults, ...options.relations };
  const audit = createAuditLog(logger);
  const revocation = createRevocation({ database, redis, afterCommit, audit });
  const sessions = createSessionService({ ...options, revocation, audit });
  const limits = createEntryLimits(redis, logger, settings);
  const passwords = createPasswords({
    maxWaiting: settings.passwordMaxWaiting,
    maxWaitMs: settings.passwordMaxWaitMs,
  });
  const checkSecondFactor = createSecondFactorCheck({ database, sealer: options.sealer, limits });
  const checkPassword = createPasswordCheck({ database, passwords, limits, checkSecondFactor });
  const enter = createEnter({ database, sessions, audit, afterCommit });
  const passkeySettings = { ...passkeyDefaults, ...options.passkeys };
  const challenges = createChallenges(options.refreshTokenSecrets, passkeyLimits.challengeMs);
  const checkPasskey = createPasskeyCheck({
    database,
    challenges,
    limits,
    checkSecondFactor,
    audit,
    logger,
    settings: passkeySettings,
  });
  const forExports = { ...exportLimits, ...options.exports };
  const suspension = createSuspension({ database, revocation, afterCommit, audit });
  return {
    /** What a person, or a stranger, sees; of one request. */
    viewOf: (viewerId: UserId | null) => createView(database, viewerId),
    accounts: createAccountService({
      database,
      addresses,
      sessions,
      enter,
      passwords,
      limits,
      challenge: createSignUpChallenge({ database, secrets: options.refreshTokenSecrets, settings }),
      checkSecondFactor,
      audit,
      afterCommit,
      tellPosition,
    }),
    emails: createEmailService({ database, addresses, limits, checkPassword, revocation, audit }),
    digests: createDigestService({ database, tokens: createUnsubscribeTokens(options.keys) }),
    passwords: createPasswordService({
      database,
      addresses,
      passwords,
      limits,
      checkPassword,
      revocation,
      audit,
    }),
    secondFactor: createSecondFactorService({
      database,
      sealer: options.sealer,
      checkPassword,
      audit,
    }),
    passkeys: createPasskeyService({ database, challenges, checkPassword, audit, settings: passkeySettings }),
    passkeyEntry: createPasskeyEntry({ database, check: checkPasskey, enter, limits, audit }),
    leaving: createLeavingService({
      database,
      checkPassword,
      revocation,
      afterCommit,
      audit,
      graceDays: settings.erasureGraceDays,
    }),
    exports: createExportService({
      database,
      store: createPostgresStore(database, options.sealer, forExports),
      links: options.exportUrl === undefined ? null : createExportLinks(options.keys, options.exportUrl),
      checkPassword,
      audit,
      limits: forExports,
    }),
    suspension,
    moderation: createModerationService({ database, suspension, revocation, checkPassword, audit }),
    sessions,
    devices: createDeviceService({ database, revocation, audit }),
    /** What happens to a viewer, live. Stopped by who made the services. */
    streams: createViewerStreams({ ...options, limits: options.liveLimits ?? userLiveLimits }),
    positionOf: createPositionOf('user', options.keys),
    profiles: createProfileService({ database, afterCommit, tellPosition, handleRest: settings }),
    relations: createRelationService({
      database,
      afterCommit,
      tellPosition,
      follows: createThrottle(redis, logger, {
        name: 'follows',
        points: relationSettings.followsPerDay,
        withinSeconds: followWindowSeconds,
        message: 'You followed as many people as one may in a day. Try again later.',
      }),
      limits: relationSettings,
    }),
    suggestions: createSuggestionService({ database, logger, limits: options.suggestions }),
    relationLookup: createRelationLookup(database, leases),
    /** For seeds and migrations from elsewhere; never part of the graph. */
    imports: createImportService(database, addresses),
    afterCommit,
    nodeOwners: options.nodeOwners,
  };
}
