import type { Secret } from '@murmuration/config';
import { type Connection, encodeId, type PageArguments, type SessionId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { type Logger, notAllowed, validationError } from '@murmuration/service-kit';
import type { Credentials } from '../accounts/repository.ts';
import type { Asker, AuditLog, AuditSubject } from '../audit/audit-log.ts';
import type { Role } from '../moderation/policy.ts';
import { type AccessToken, accessTokenLifeMs, issueAccessToken } from './access-token.ts';
import { type Caller, deviceOf } from './device.ts';
import type { SigningKey } from './keys.ts';
import { readSessions, type SessionView } from './list.ts';
import { createRefreshTokens } from './refresh-token.ts';
import { findRevoked, findSession, insertSession, rotate, takeSessionId } from './repository.ts';
import type { Revocation } from './revocation.ts';

export interface Tokens extends AccessToken {
  refreshToken: string;
  accountId: UserId;
  sessionId: SessionId;
}

/** Whose session it is, and what they may do. */
interface Owner {
  accountId: UserId;
  role: Role;
}

/** Clocks differ, and a token may be issued while its session is being ended. */
const revocationMarginMs = 60_000;

export type SessionService = ReturnType<typeof createSessionService>;

export function createSessionService(options: {
  database: UserDatabase;
  revocation: Revocation;
  audit: AuditLog;
  logger: Logger;
  signingKeys: readonly [SigningKey, ...SigningKey[]];
  refreshTokenSecrets: readonly [Secret, ...Secret[]];
}) {
  const { database, revocation, audit, logger } = options;
  const [signingKey] = options.signingKeys;
  const refreshTokens = createRefreshTokens(options.refreshTokenSecrets);

  async function tokensOf(owner: Owner, sessionId: SessionId, refreshToken: string): Promise<Tokens> {
    const { accountId, role } = owner;
    const access = await issueAccessToken(signingKey, { accountId, sessionId, role });
    return { ...access, refreshToken, accountId, sessionId };
  }

  /**
   * ```mermaid
   * flowchart LR
   *   token -- not ours --> invalid
   *   token -- newest of a live session --> rotate --> successor
   *   token -- one behind, within 30 s of the rotation --> successor
   *   token -- session ended --> ended
   *   token -- any older --> revoke[the session ends] --> ended
   * ```
   * @throws UserErrors `ValidationError` for what is no token of ours, `NotAllowed` for a session that
   *   ended, or that ends now because an old token came again
   */
  async function continueSession(
    token: string,
    asker: Asker & Caller,
    subject: AuditSubject,
  ): Promise<Tokens> {
    const given = refreshTokens.read(token);
    if (!given) throw validationError('refreshToken', 'This is not a refresh token.');
    const { sessionId: id, number } = given.place;
    subject.session = id;
    const next = { sessionId: id, number: number + 1 };
    const successor = refreshTokens.make(next);
    const turn = { id, number, hash: given.hash, nextHash: successor.hash };
    const rotated = await rotate(database, turn, deviceOf(asker));
    if (rotated !== null) return tokensOf(rotated, id, successor.token);

    const session = await findSession(database, id);
    subject.account = session?.accountId;
    if (!session?.isLive || session.isHidden || session.currentNumber < number) throw hasEnded();
    // One behind the newest means that the successor was never used.
    if (session.currentNumber === next.number && session.isFresh) {
      const again = refreshTokens.recall(next, session.tokenHash);
      if (again === null) throw hasEnded();
      return tokensOf(session, id, again);
    }
    await revocation.end(session.accountId, { only: id }, asker);
    audit.record('refresh-reuse', 'refused', asker, subject);
    logger.warn({ session: encodeId('Session', id) }, 'a refresh token came again: its session was ended');
    throw notAllowed('This refresh token was used before, so its session has been ended. Sign in again.', {
      code: 'REFRESH_TOKEN_REUSED',
    });
  }

  async function logOut(account: UserId, session: SessionId, asker: Asker): Promise<number> {
    const endedSessions = await revocation.end(account, { only: session }, asker);
    audit.record('log-out', 'ok', asker, { account, session, endedSessions });
    return endedSessions;
  }

  return {
    /**
     * @param shown of the account, what was verified
     * @param deviceName what the person calls the device, if they said
     * @returns null when that does not hold any more
     */
    async open(shown: Credentials, caller: Caller, deviceName: string | null): Promise<Tokens | null> {
      const sessionId = await takeSessionId(database);
      const { hash, token } = refreshTokens.make({ sessionId, number: 1 });
      const session = { id: sessionId, tokenHash: hash, deviceName };
      const role = await insertSession(database, shown, session, deviceOf(caller));
      return role && tokensOf({ accountId: shown.id, role }, sessionId, token);
    },

    /** See `continueSession`. Those that succeed are not told: each open app makes one every ten minutes. */
    refresh: (token: string, asker: Asker & Caller): Promise<Tokens> => {
      const subject: AuditSubject = {};
      return continueSession(token, asker, subject).catch((error: unknown) => {
        audit.recordFailure('refresh', error, asker, subject);
        throw error;
      });
    },

    logOut,
    /**
     * Ends the session of a refresh token, the newest or an older one: whoever has one that was used before could end
     * it by {@link refresh} too.
     * @returns how many sessions were ended: none when it had ended before
     * @throws UserErrors `ValidationError` for what is no token of ours
     */
    async logOutByRefreshToken(token: string, asker: Asker): Promise<number> {
      const given = refreshTokens.read(token);
      if (!given) throw validationError('refreshToken', 'This is not a refresh token.');
      const { sessionId } = given.place;
      const session = await findSession(database, sessionId);
      return session === null ? 0 : logOut(session.accountId, sessionId, asker);
    },
    /** An account's own, newest first. @throws GraphQLError `BAD_USER_INPUT` */
    list: (accountId: UserId, args: PageArguments): Promise<Connection<SessionView>> =>
      readSessions(database, accountId, args),
    async logOutEverywhere(account: UserId, asker: Asker): Promise<number> {
      const endedSessions = await revocation.end(account, 'all', asker);
      audit.record('log-out-everywhere', 'ok', asker, { account, endedSessions });
      return endedSessions;
    },

    /** Wire ids of the sessions that gateways must refuse although their access tokens look good. */
    async listRevoked(): Promise<string[]> {
      const ids = await findRevoked(database, accessTokenLifeMs + revocationMarginMs);
      return ids.map((id) => encodeId('Session', id));
    },
  };
}

function hasEnded() {
  return notAllowed('This session has ended. Sign in again.', { code: 'SESSION_ENDED' });
}
