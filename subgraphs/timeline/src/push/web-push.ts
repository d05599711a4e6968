import { publicLookup } from '@murmuration/service-kit';
import { Agent, ProxyAgent, request } from 'undici';
import webPush from 'web-push';
import { mayPushTo, parseTarget, type PushHosts, type WebSubscription } from './address.ts';
import { pushLimits, type PushLimits } from './limits.ts';
import { outcomeOf, unanswered } from './outcome.ts';
import type { PushMessage, PushOutcome, PushPort } from './port.ts';
import type { ServerKey } from './server-key.ts';

/**
 * The Web Push protocol (RFC 8030): messages encrypted for the browser alone (RFC 8291), signed for its push service (RFC 8292). The
 * connection is ours, for where it leads is somebody else's to say: no redirect is followed, and no private address reached.
 */
export function createWebPush(options: {
  keys: readonly ServerKey[];
  /** Whom a push service may write to about what we send: `mailto:` or `https:`. */
  subject: string;
  hosts: PushHosts;
  /** Where the way out leads through one: then it is the proxy that looks names up. */
  proxyUrl?: string | undefined;
  limits?: PushLimits;
}): PushPort {
  const { hosts, keys, proxyUrl, subject, limits = pushLimits } = options;
  const bounds = { connections: limits.connections, maxHeaderSize: limits.answerBytes };
  const lookup = hosts.isPrivateAllowed ? {} : { lookup: publicLookup };
  const connections =
    proxyUrl === undefined
      ? new Agent({ ...bounds, connect: { timeout: limits.timeoutMs, ...lookup } })
      : new ProxyAgent({ ...bounds, uri: proxyUrl });

  function pack(target: WebSubscription, key: ServerKey, { lifeMs, text, topic }: PushMessage) {
    const { auth, endpoint, p256dh } = target;
    return webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, text, {
      vapidDetails: { subject, publicKey: key.publicKey, privateKey: key.privateKey },
      TTL: Math.round(lifeMs / 1_000),
      contentEncoding: 'aes128gcm',
      topic,
    });
  }

  async function post(
    { body, endpoint, headers }: ReturnType<typeof pack>,
    signal: AbortSignal,
  ): Promise<PushOutcome> {
    const answer = await request(endpoint, {
      method: 'POST',
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: body ?? null,
      dispatcher: connections,
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]),
    });
    await answer.body.dump({ limit: limits.answerBytes }).catch(() => undefined);
    return outcomeOf(answer.statusCode, answer.headers['retry-after'], limits);
  }

  return {
    async send(text, message, signal) {
      const { keyId, ...target } = parseTarget(text);
      const key = keys.find(({ id }) => id === keyId);
      // Its browser takes messages by no other key.
      if (!key) return { status: 'gone' };
      // Also what was registered before the setting said otherwise.
      if (!mayPushTo(new URL(target.endpoint), hosts))
        return { status: 'refused', because: 'nothing is sent there' };
      try {
        return await post(pack(target, key, message), signal);
      } catch (error) {
        return unanswered(error);
      }
    },
    close: () => connections.destroy(),
  };
}
