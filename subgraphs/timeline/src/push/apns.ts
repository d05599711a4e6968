import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { createHttp2Connection, type Http2Answer } from './http2-connection.ts';
import { pushLimits, type PushLimits } from './limits.ts';
import { outcomeOf, unanswered } from './outcome.ts';
import type { PushMessage, PushOutcome, PushPort } from './port.ts';

/** By which Apple knows us: a key of P-256, its id, and the team that it was given to. */
export interface ApnsKey {
  teamId: string;
  keyId: string;
  privateKey: KeyObject;
}

/**
 * Parses `team:key:base64`: the last is what stands between the lines of the `.p8` file that Apple gives.
 * @throws Error without quoting any secret
 */
export function parseApnsKey(text: string): ApnsKey {
  const [, teamId = '', keyId = '', base64 = ''] =
    /^([A-Z0-9]{10}):([A-Z0-9]{10}):([A-Za-z0-9+/=\s]+)$/.exec(text.trim()) ?? [];
  let privateKey: KeyObject | null = null;
  try {
    privateKey = createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    // What is wrong with it is not for logs.
  }
  if (privateKey?.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error('must be team:key:base64, of a private key of P-256 (PKCS #8)');
  return { teamId, keyId, privateKey };
}

/** A device's name at Apple, in hexadecimal. */
export function isApnsToken(token: string): boolean {
  return /^(?:[0-9a-f]{2}){32,100}$/i.test(token);
}

/** Apple refuses tokens that are older than an hour, and those that are made more often than every 20 minutes. */
const tokenLifeMs = 40 * 60_000;

/**
 * Apple's push service, by its HTTP/2 interface. A message has the JSON text of all others beside what Apple shows by itself: the
 * app has words for each kind under its `loc-key`, and may make more of it before it is shown (`mutable-content`).
 */
export function createApns(options: {
  url: string;
  /** The id of the app. */
  topic: string;
  key: ApnsKey;
  proxyUrl?: string | undefined;
  limits?: PushLimits;
}): PushPort {
  const { key, topic: app, limits = pushLimits } = options;
  const connection = createHttp2Connection({ ...options, limits });
  let token: { text: Promise<string>; atMs: number } | null = null;

  function currentToken(): Promise<string> {
    if (!token || Date.now() - token.atMs > tokenLifeMs) token = { text: sign(key), atMs: Date.now() };
    return token.text;
  }

  async function post(device: string, message: PushMessage, signal: AbortSignal): Promise<Http2Answer> {
    const headers = {
      ':path': `/3/device/${device}`,
      authorization: `bearer ${await currentToken()}`,
      'apns-topic': app,
      'apns-push-type': 'alert',
      'apns-collapse-id': message.topic,
      'apns-expiration': String(Math.floor((Date.now() + message.lifeMs) / 1_000)),
    };
    return connection.post(headers, bodyOf(message), signal);
  }

  return {
    async send(device, message, signal) {
      try {
        const answer = await post(device, message, signal);
        const reason = reasonOf(answer.body);
        // A clock was set: the next one is signed anew.
        if (reason === 'ExpiredProviderToken') token = null;
        return apnsOutcome(answer, reason, limits);
      } catch (error) {
        return unanswered(error);
      }
    },
    close: async () => connection.close(),
  };
}

function sign({ keyId, privateKey, teamId }: ApnsKey): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt()
    .sign(privateKey);
}

function bodyOf({ text }: PushMessage): string {
  const message = JSON.parse(text) as { kind: string; actors?: { handle: string }[] };
  const names = (message.actors ?? []).map(({ handle }) => `@${handle}`);
  const alert = { 'loc-key': `notification_${message.kind.toLowerCase()}`, 'loc-args': names };
  return JSON.stringify({ aps: { alert, 'mutable-content': 1, sound: 'default' }, murmuration: message });
}

function reasonOf(body: string): string | null {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown };
    return typeof reason === 'string' ? reason : null;
  } catch {
    return null;
  }
}

/** What Apple says: 410 and `BadDeviceToken` are of devices, a 404 is of what we ask. */
function apnsOutcome(
  { retryAfter, status }: Http2Answer,
  reason: string | null,
  limits: PushLimits,
): PushOutcome {
  const because = reason === null ? `answered ${status}` : `answered ${status} ${reason}`;
  if (status === 404) return { status: 'refused', because };
  if (reason === 'BadDeviceToken') return { status: 'gone' };
  if (reason === 'ExpiredProviderToken') return { status: 'later', because, afterMs: null };
  const outcome = outcomeOf(status, retryAfter, limits);
  return 'because' in outcome ? { ...outcome, because } : outcome;
}
