import { createHmac, createSecretKey, hash, type KeyObject, randomUUID, timingSafeEqual } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';
import type { Identity } from '../identity.ts';

/** Request header that carries the envelope; on graphql-ws it stands in `extensions` under this name too. */
export const envelopeHeader = 'murmuration-envelope';

/** How far the clocks of two services may lie apart, and how long an envelope is good. */
export const envelopeWindowMs = 30_000;

/** What a signature binds: the receiver, the exact request, the moment and the identity. */
export interface Envelope {
  /** Name of the service it is for. */
  audience: string;
  method: string;
  /** Path and query, or the path alone for a websocket's subscribe. */
  path: string;
  /** Unix milliseconds at signing. */
  signedAtMs: number;
  /** Unique to this envelope; a non-idempotent request is refused the second time. */
  id: string;
  /** The client's request, the same in every call it causes; for logs. */
  requestId: string;
  identity: Identity;
  /** Read-your-writes position the client brought, forwarded as it came. */
  position?: string | undefined;
  /** Token of an event that grants sight of its entity; see DESIGN 6. */
  eventAudience?: string | undefined;
  /** The client's address as the gateway saw it. None in calls between services, and from gateways of before. */
  clientAddress?: string | undefined;
  /** The client's `User-Agent`, where and when its address is told. */
  clientAgent?: string | undefined;
}

export type EnvelopeFields = Pick<
  Envelope,
  | 'audience'
  | 'method'
  | 'path'
  | 'requestId'
  | 'identity'
  | 'position'
  | 'eventAudience'
  | 'clientAddress'
  | 'clientAgent'
>;

export const envelopeProblems = [
  'missing',
  'malformed',
  'unknown-key',
  'forged',
  'expired',
  'mismatch',
] as const;
export type EnvelopeProblem = (typeof envelopeProblems)[number];

export type VerifiedEnvelope =
  | { status: 'verified'; envelope: Envelope }
  | { status: 'refused'; because: EnvelopeProblem };

type Wire = Envelope & { digest: string };

const version = 'v1';

/**
 * Signs a request. The key that signs is the first of the active ones. 5 µs in a loop, some 20 in a busy gateway,
 * where the collector has to end the HMAC's native half.
 */
export function signEnvelope(key: InternalKey, fields: EnvelopeFields, body: string | Buffer): string {
  const wire: Wire = {
    ...fields,
    signedAtMs: Date.now(),
    id: randomUUID(),
    digest: digestOf(body),
  };
  const head = `${version}.${key.id}.${Buffer.from(JSON.stringify(wire)).toString('base64url')}`;
  return `${head}.${macOf(key, head)}`;
}

/**
 * Checks an envelope against the request it came with. Refusals name the reason for logs and metrics; the
 * caller is told only that it was refused.
 */
export function verifyEnvelope(
  keys: readonly InternalKey[],
  header: string | undefined,
  request: { audience: string; method: string; path: string; body: string | Buffer },
): VerifiedEnvelope {
  if (!header) return refuse('missing');
  const parts = header.split('.');
  const [found, keyId, payload, mac] = parts;
  if (parts.length !== 4 || found !== version || !payload || !mac) return refuse('malformed');
  const key = keys.find((candidate) => candidate.id === keyId);
  if (!key) return refuse('unknown-key');
  const expected = Buffer.from(macOf(key, `${found}.${keyId}.${payload}`));
  const given = Buffer.from(mac);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return refuse('forged');
  const { digest, ...envelope }: Wire = JSON.parse(Buffer.from(payload, 'base64url').toString());
  if (Math.abs(Date.now() - envelope.signedAtMs) > envelopeWindowMs) return refuse('expired');
  const isSameRequest =
    envelope.audience === request.audience &&
    envelope.method === request.method &&
    envelope.path === request.path &&
    digest === digestOf(request.body);
  return isSameRequest ? { status: 'verified', envelope } : refuse('mismatch');
}

/** What the digest of a websocket's subscribe is made over. */
export function subscribeBody(operationName: unknown, query: unknown, variables: unknown): string {
  return JSON.stringify([operationName ?? null, query ?? null, variables ?? null]);
}

function refuse(because: EnvelopeProblem): VerifiedEnvelope {
  return { status: 'refused', because };
}

function digestOf(body: string | Buffer): string {
  return hash('sha256', body, 'base64url');
}

const keyObjects = new WeakMap<InternalKey, KeyObject>();

/** A key made ready once: from the bare bytes each HMAC took 11.6 µs instead of 2.2. */
export function keyObjectOf(key: InternalKey): KeyObject {
  let made = keyObjects.get(key);
  if (!made) keyObjects.set(key, (made = createSecretKey(key.secret)));
  return made;
}

function macOf(key: InternalKey, text: string): string {
  return createHmac('sha256', keyObjectOf(key)).update(text).digest('base64url');
}
