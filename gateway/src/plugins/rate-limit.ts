import type { ApolloServerPlugin } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { type RedisCache, redisCommands } from '@murmuration/service-kit';
import { type DocumentNode, GraphQLError, getOperationAST, Kind } from 'graphql';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { EdgeContext } from '../context.ts';
import { edgeCodes } from '../edge-codes.ts';
import { measureOperation } from './measure.ts';

export interface RateLimitSettings {
  /** Points a caller has in a window; 0 is no limit. */
  points: number;
  windowSeconds: number;
}

export interface RateLimit {
  /**
   * Takes an operation's points from its caller's.
   * @throws GraphQLError `RATE_LIMITED` (429) with the time to wait
   */
  take(document: DocumentNode, operationName: string | null | undefined, context: EdgeContext): Promise<Left>;
  plugin: ApolloServerPlugin<EdgeContext>;
}

export type Left = { points: number; seconds: number } | undefined;

/** One point, and one more for every hundred fields. */
export function pointsOf(document: DocumentNode, operationName: string | null | undefined): number {
  const operation = getOperationAST(document, operationName);
  if (!operation) return 1;
  const { fields } = measureOperation(
    operation,
    (name) =>
      document.definitions.find(
        (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
      ) as never,
  );
  return 1 + Math.floor(fields / 100);
}

/**
 * Limits what one caller asks for: a person by their id, an anonymous one by address. Counted in Redis for
 * all replicas; while Redis is away each process counts for itself.
 */
export function createRateLimit(settings: RateLimitSettings, redis: RedisCache | undefined): RateLimit {
  const { points, windowSeconds: duration } = settings;
  const memory = new RateLimiterMemory({ points, duration, keyPrefix: 'rate' });
  const limiter = redis
    ? new RateLimiterRedis({
        storeClient: redis.client,
        points,
        duration,
        keyPrefix: 'rate',
        insuranceLimiter: memory,
        // Who has used up everything costs Redis nothing more.
        inMemoryBlockOnConsumed: points,
      })
    : memory;

  const take: RateLimit['take'] = async (document, operationName, context) => {
    if (points === 0) return undefined;
    if (redis) redisCommands.labels('rate-limit').inc();
    try {
      const left = await limiter.consume(context.rateKey, pointsOf(document, operationName));
      return { points: left.remainingPoints, seconds: Math.ceil(left.msBeforeNext / 1_000) };
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw tooFast(Math.max(1, Math.ceil(error.msBeforeNext / 1_000)));
    }
  };

  const plugin: ApolloServerPlugin<EdgeContext> = {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, request, contextValue, response }) {
          const left = await take(document, request.operationName, contextValue);
          if (!left) return;
          response.http.headers.set('ratelimit-policy', `"default";q=${points};w=${duration}`);
          response.http.headers.set('ratelimit', `"default";r=${left.points};t=${left.seconds}`);
        },
      };
    },
  };
  return { take, plugin };
}

function tooFast(retryAfter: number): GraphQLError {
  const headers = new HeaderMap([['retry-after', String(retryAfter)]]);
  return new GraphQLError(`Too many requests. Try again in ${retryAfter} s.`, {
    // See identity/authenticate.ts for the cast.
    extensions: { code: edgeCodes.rateLimited, retryAfter, http: { status: 429, headers } as never },
  });
}
