import type { Secret } from '@murmuration/config';
import { encodeId, type SessionId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import {
  type Logger,
  notAllowed,
  type RedisCache,
  revocationChannel,
  validationError,
} from '@murmuration/service-kit';
import { type AccessToken, accessTokenLifeMs, issueAccessToken } from './access-token.ts';
import type { SigningKey } from './keys.ts';
import { createRefreshTokens } from './refresh-token.ts';
import {
  findRevoked,
  findSession,
  insertSession,
  revokeSessions,
  rotate,
  takeSessionId,
} from './repository.ts';

export interface Tokens extends AccessToken {
  refreshToken: string;
  accountId: UserId;
  sessionId: SessionId;
}

/** Clocks differ, and a token may be issued while its session is being ended. */
const revocationMarginMs = 60_000;

export type SessionService = ReturnType<typeof createSessionService>;

export function createSessionService(options: {
  database: UserDatabase;
  redis: RedisCache;
  logger: Logger;
  signingKeys: readonly [SigningKey, ...SigningKey[]];
  refreshTokenSecrets: readonly [Secret, ...Secret[]];
}) {
  const { database, redis, logger } = options;
  const [signingKey] = options.signingKeys;
  const refreshTokens = createRefreshTokens(options.refreshTokenSecrets);

  async function tokensOf(accountId: UserId, sessionId: SessionId, refreshToken: string): Promise<Tokens> {
    const access = await issueAccessToken(signingKey, { accountId, sessionId });
    return { ...access, refreshToken, accountId, sessionId };
  }

  /** Gateways read the list as well, so a message that is lost costs seconds, not the log-out. */
  function announce(ended: readonly SessionId[]): void {
    if (ended.length === 0) return;
    const message = JSON.stringify(ended.map((id) => encodeId('Session', id)));
    redis.client.publish(revocationChannel, message).catch(() => undefined);
  }

  async function end(which: Parameters<typeof revokeSessions>[1]): Promise<number> {
    const ended = await revokeSessions(database, which);
    announce(ended);
    return ended.length;
  }

  return {
    async open(accountId: UserId): Promise<Tokens> {
      const sessionId = await takeSessionId(database);
      const { hash, token } = refreshTokens.make({ sessionId, number: 1 });
      await insertSession(database, { id: sessionId, accountId, tokenHash: hash });
      return tokensOf(accountId, sessionId, token);
    },

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
    async refresh(token: string): Promise<Tokens> {
      const given = refreshTokens.read(token);
      if (!given) throw validationError('refreshToken', 'This is not a refresh token.');
      const { sessionId: id, number } = given.place;
      const next = { sessionId: id, number: number + 1 };
      const successor = refreshTokens.make(next);
      const rotated = await rotate(database, { id, number, hash: given.hash, nextHash: successor.hash });
      if (rotated !== null) return tokensOf(rotated, id, successor.token);

      const session = await findSession(database, id);
      if (!session?.isLive || session.isSuspended || session.currentNumber < number) throw hasEnded();
      // One behind the newest means that the successor was never used.
      if (session.currentNumber === next.number && session.isFresh) {
        const again = refreshTokens.recall(next, session.tokenHash);
        if (again === null) throw hasEnded();
        return tokensOf(session.accountId, id, again);
      }
      await end({ id, accountId: null });
      logger.warn({ session: encodeId('Session', id) }, 'a refresh token came again: its session was ended');
      throw notAllowed('This refresh token was used before, so its session has been ended. Sign in again.');
    },

    /** @returns how many sessions were ended: none when it had ended before */
    end: (accountId: UserId, id: SessionId) => end({ id, accountId }),
    endAll: (accountId: UserId) => end({ accountId }),

    /** Wire ids of the sessions that gateways must refuse although their access tokens look good. */
    async listRevoked(): Promise<string[]> {
      const ids = await findRevoked(database, accessTokenLifeMs + revocationMarginMs);
      return ids.map((id) => encodeId('Session', id));
    },
  };
}

function hasEnded() {
  return notAllowed('This session has ended. Sign in again.');
}
