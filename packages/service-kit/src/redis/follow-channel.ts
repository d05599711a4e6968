import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../observe/logger.ts';
import type { RedisCache } from './redis.ts';

export interface ChannelLimits {
  /** Messages that wait; what comes beyond is dropped, for it can be caught up with. */
  queuedMessages: number;
  /** After so long without a message it is looked whether one was lost, in milliseconds. */
  silenceMs: number;
}

/**
 * Follows what is told on a channel of Redis, which may lose messages and be away: each is taken in its turn, and what is told
 * elsewhere as well is caught up with after a silence. What fails is tried again, until it is stopped.
 * @param decode null for a message that is none
 * @param take takes a message, and catches up where it does not continue what was taken before
 * @param catchUp brings what was missed from where nothing is lost; the signal is that it shall end
 * @param onHeard called for every message as it arrives, before anything is made of it
 */
export function followChannel<Message>(options: {
  redis: Pick<RedisCache, 'subscriber'>;
  channel: string;
  /** What is followed, as the log names it. */
  name: string;
  decode: (text: string) => Message | null;
  take: (message: Message, signal: AbortSignal) => Promise<void>;
  catchUp: (signal: AbortSignal) => Promise<void>;
  onHeard?: (() => void) | undefined;
  limits: ChannelLimits;
  logger: Pick<Logger, 'warn'>;
}): { stop(): Promise<void> } {
  const { catchUp, channel, decode, limits, logger, name, onHeard, redis, take } = options;
  const messages: Message[] = [];
  let wake: () => void = () => undefined;
  const stopping = new AbortController();

  const subscriber = redis.subscriber({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
    autoResubscribe: true,
  });
  subscriber.on('message', (_channel: string, text: string) => {
    onHeard?.();
    const message = decode(text);
    if (message && messages.length < limits.queuedMessages) messages.push(message);
    wake();
  });
  subscriber.subscribe(channel).catch(() => undefined);

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const message = messages.shift();
        if (message) await take(message, stopping.signal);
        else if ((await waitForMessage()) === 'silence') await catchUp(stopping.signal);
      } catch (error) {
        logger.warn({ err: error }, `${name} cannot be followed right now`);
        await sleep(limits.silenceMs / 2);
      }
    }
  }

  function waitForMessage(): Promise<'message' | 'silence'> {
    return new Promise((resolve) => {
      const silence = setTimeout(() => resolve('silence'), limits.silenceMs);
      wake = () => {
        clearTimeout(silence);
        resolve('message');
      };
    });
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      wake();
      subscriber.disconnect();
      await running;
    },
  };
}
