import type { Task } from '@murmuration/jobs';
import { encodeId } from '@murmuration/ids';
import type { Logger, Sealer } from '@murmuration/service-kit';
import { z } from 'zod';
import type { Sql } from '../database/pool.ts';
import type { Notification } from '../notifications/notification.ts';
import { silentKinds } from '../notifications/settings.ts';
import { findEndpoint, type FoundEndpoint, openTarget, removeEndpoint, takeFromHour } from './endpoints.ts';
import { enqueueAgain } from './enqueue.ts';
import { type PushLimits, pushLimits } from './limits.ts';
import { composePush, type Owners } from './message.ts';
import { type PushEnding, pushMessages } from './metrics.ts';
import type { PushOutcome, PushProviders } from './port.ts';
import { quietUntil } from './quiet-hours.ts';
import { readPushSetting } from './settings.ts';

export interface SendPushOptions {
  sql: Sql;
  sealer: Sealer;
  providers: PushProviders;
  owners: Owners;
  /** A notification as its recipient may see it now; nothing where there is nothing of it. @throws when nobody can tell */
  look: (recipientId: bigint, ids: readonly bigint[]) => Promise<Notification[]>;
  logger: Pick<Logger, 'warn'>;
  limits?: PushLimits;
}

const id = z.string().regex(/^\d+$/);
const payload = z.object({
  sessionId: id,
  notificationId: id,
  tries: z.number().int().default(0),
});

type Job = z.infer<typeof payload>;

/**
 * Brings a notification to one device, at least once: who dies between the provider's answer and the end of the job does it again, under
 * the same topic. What may be told, and whether at all, is decided at this moment, and not when it was told.
 */
export function createSendPush(options: SendPushOptions): Task {
  const { logger, look, owners, providers, sealer, sql, limits = pushLimits } = options;

  /** As it may be brought now; null where it was seen, its kind is not wanted on devices, or there is nothing left of it. */
  async function tellable(viewerId: bigint, notificationId: bigint): Promise<Notification | null> {
    const [notification] = await look(viewerId, [notificationId]);
    if (!notification?.isUnread) return null;
    if (Date.now() - notification.grewAt.getTime() > limits.lifeMs) return null;
    return (await silentKinds(sql, viewerId)).has(notification.kind) ? null : notification;
  }

  async function bring(
    { sessionId, notificationId }: { sessionId: bigint; notificationId: bigint },
    { provider, sealed, viewerId }: FoundEndpoint,
    signal: AbortSignal,
  ): Promise<PushOutcome | { status: 'held'; untilMs: number } | { status: 'silent' | 'limited' }> {
    const { content, quietHours } = await readPushSetting(sql, viewerId);
    const untilMs = quietHours && quietUntil(Date.now(), quietHours);
    if (untilMs !== null) return { status: 'held', untilMs };
    const notification = await tellable(viewerId, notificationId);
    if (!notification) return { status: 'silent' };
    const port = providers[provider];
    if (!port) return { status: 'refused', because: `there is no provider "${provider}" here` };
    if (!(await takeFromHour(sql, sessionId, limits.perHour))) return { status: 'limited' };
    const text = await composePush(notification, content, owners, { sessionId, viewerId });
    const target = await openTarget(sealer, sessionId, sealed);
    const topic = encodeId('Notification', notificationId);
    return port.send(target, { topic, text: JSON.stringify(text), lifeMs: limits.lifeMs }, signal);
  }

  /** @returns what became of it */
  async function again(job: Job, because: string, afterMs: number | null): Promise<PushEnding> {
    const tries = job.tries + 1;
    if (tries >= limits.tries) {
      logger.warn({ session: job.sessionId, because }, 'a message to a device was given up');
      return 'failed';
    }
    const restMs = Math.min(limits.restMs * 2 ** job.tries, limits.mostRestMs);
    await enqueueAgain(sql, { ...job, tries }, Date.now() + Math.max(restMs, afterMs ?? 0));
    return 'later';
  }

  return async (given, { signal }) => {
    const job = payload.parse(given);
    const [sessionId, notificationId] = [BigInt(job.sessionId), BigInt(job.notificationId)];
    const endpoint = await findEndpoint(sql, sessionId);
    if (!endpoint) return;
    const { provider } = endpoint;
    const end = (outcome: PushEnding) => pushMessages.inc({ provider, outcome });
    const outcome = await bring({ sessionId, notificationId }, endpoint, signal).catch(unknown);
    switch (outcome.status) {
      case 'held':
        await enqueueAgain(sql, job, outcome.untilMs);
        break;
      case 'later':
        return end(await again(job, outcome.because, outcome.afterMs));
      case 'gone':
        await removeEndpoint(sql, sessionId);
        break;
      case 'refused':
        logger.warn({ session: job.sessionId, provider, because: outcome.because }, 'a message was refused');
        break;
      case 'sent':
      case 'silent':
      case 'limited':
        break;
      default:
        outcome satisfies never;
    }
    end(outcome.status);
  };
}

/** Nobody could tell what may be told: it is asked again, and nothing is told meanwhile. */
function unknown(error: unknown): PushOutcome {
  return { status: 'later', because: error instanceof Error ? error.message : String(error), afterMs: null };
}
