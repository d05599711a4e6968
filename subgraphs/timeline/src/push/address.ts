import { ECDH } from 'node:crypto';
import { isIP } from 'node:net';
import { validationError } from '@murmuration/service-kit';
import { z } from 'zod';
import { pushLimits } from './limits.ts';

/** Where messages to devices may be sent. */
export interface PushHosts {
  /** Names, and those below a name that begins with `*.`; `*` stands for every name. */
  hosts: readonly string[];
  /** Whether addresses of networks that are nobody else's are allowed, and `http`: for a receiver of one's own. */
  isPrivateAllowed: boolean;
}

/** The push services of the browsers there are. */
export const knownPushHosts = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '*.push.services.mozilla.com',
  '*.notify.windows.com',
  'web.push.apple.com',
  '*.push.apple.com',
] as const;

/** Whether messages may be sent there, as far as its text tells: what a name leads to is looked at when it is connected to. */
export function mayPushTo(url: URL, { hosts, isPrivateAllowed }: PushHosts): boolean {
  if (url.username || url.password) return false;
  if (url.protocol !== 'https:' && !(isPrivateAllowed && url.protocol === 'http:')) return false;
  if (isIP(url.hostname.replace(/^\[|\]$/g, ''))) return isPrivateAllowed;
  return hosts.some(
    (host) =>
      host === '*' ||
      host === url.hostname ||
      (host.startsWith('*.') && url.hostname.endsWith(host.slice(1))),
  );
}

/** A browser's subscription: where its push service takes messages, and what they are encrypted for. */
export interface WebSubscription {
  endpoint: string;
  p256dh: string;
  auth: string;
}

const target = z.object({ endpoint: z.string(), p256dh: z.string(), auth: z.string(), keyId: z.string() });

/** A subscription with the key that it was made with, as it is sealed. */
export type WebTarget = z.infer<typeof target>;

/** @throws ZodError for what this place has not sealed */
export function parseTarget(text: string): WebTarget {
  return target.parse(JSON.parse(text));
}

const publicKeyBytes = 65;
const authBytes = 16;

/** @throws UserErrors `ValidationError` naming what no browser gives */
export function readSubscription(given: WebSubscription, hosts: PushHosts): WebSubscription {
  const { auth, endpoint, p256dh } = given;
  const url = endpoint.length <= pushLimits.addressCharacters ? URL.parse(endpoint) : null;
  if (!url || !mayPushTo(url, hosts))
    throw validationError('endpoint', 'This is no address of a push service that is known here.');
  if (!isPublicKey(p256dh)) throw validationError('p256dh', 'This is no public key of P-256, in base64url.');
  if (Buffer.from(auth, 'base64url').length !== authBytes)
    throw validationError('auth', `This is not ${authBytes} bytes in base64url.`);
  return { endpoint: url.href, p256dh, auth };
}

function isPublicKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== publicKeyBytes) return false;
  try {
    ECDH.convertKey(bytes, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}
