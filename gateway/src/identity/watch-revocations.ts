import {
  type InternalClient,
  type Logger,
  type RedisCache,
  revocationChannel,
  revocationsPath,
} from '@murmuration/service-kit';
import { z } from 'zod';
import type { DenyList } from './deny-list.ts';

export const revocationLimits = { pollMs: 5_000 } as const;

const sessionList = z.array(z.string());
const answer = z.object({ sessions: sessionList });

/** Keeps the deny list fresh from both sources: Redis says it at once, the list says what Redis lost. */
export function watchRevocations(options: {
  denyList: DenyList;
  issuer: InternalClient | undefined;
  redis: RedisCache | undefined;
  logger: Logger;
  pollMs?: number;
}): { ready: Promise<void>; stop(): void } {
  const poll = options.issuer && pollRevocations(options.issuer, options);
  const subscriber = options.redis && subscribe(options.redis, options);
  return {
    ready: poll?.ready ?? Promise.resolve(),
    stop() {
      poll?.stop();
      subscriber?.disconnect();
    },
  };
}

function pollRevocations(
  issuer: InternalClient,
  { denyList, logger, pollMs = revocationLimits.pollMs }: Parameters<typeof watchRevocations>[0],
): { ready: Promise<void>; stop(): void } {
  let isAway = false;
  async function read(): Promise<void> {
    try {
      denyList.add(answer.parse(await issuer.call({ method: 'GET', path: revocationsPath })).sessions);
      isAway = false;
    } catch (error) {
      if (!isAway) logger.warn({ err: error }, 'the list of revoked sessions could not be read');
      isAway = true;
    }
  }
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  async function loop(): Promise<void> {
    await read();
    if (!isStopped) timer = setTimeout(() => void loop(), pollMs).unref();
  }
  return {
    ready: loop(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function subscribe(redis: RedisCache, { denyList, logger }: { denyList: DenyList; logger: Logger }) {
  // It waits for Redis for ever: the poll covers whatever is missed meanwhile.
  const subscriber = redis.subscriber({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
    autoResubscribe: true,
  });
  subscriber.subscribe(revocationChannel).catch(() => undefined); // only when stopped before it ever connected
  subscriber.on('message', (_channel, message) => {
    const sessions = sessionList.safeParse(parse(message));
    if (sessions.success) denyList.add(sessions.data);
    else logger.warn('a message on the channel of revoked sessions is not a list of sessions');
  });
  return subscriber;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
