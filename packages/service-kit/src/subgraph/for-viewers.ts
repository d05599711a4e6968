import type { Envelope } from '../envelope/envelope.ts';
import type { Identity } from '../identity.ts';

/** Member of a request's `extensions` that lists for whom the query is run: once for each, and nobody else. */
export const viewersExtension = 'viewers';

/** Member of the answer's `extensions` with an answer for each of them, in their order. */
export const answersExtension = 'answers';

/** Only the gateway, which verifies access tokens, speaks for several people at once. */
const speaker = 'gateway';

export const viewersLimits = {
  /** Viewers of one request; more are refused. */
  perRequest: 1_000,
} as const;

/** Somebody whom a request is run for: the claims of their access token, as in an envelope. */
export interface AskedFor {
  readonly subject: string;
  readonly session: string;
  /** Read-your-writes position that they brought. */
  readonly position?: string | undefined;
}

/** Whom a request is for, beside or instead of the envelope's identity. */
export type RunFor =
  | { readonly kind: 'one' }
  | { readonly kind: 'many'; readonly viewers: readonly AskedFor[] }
  /** `status` is the answer's. */
  | { readonly kind: 'refused'; readonly status: 400 | 401 };

/** @param isQuery whether the request's operation is one: what changes something is done by one person */
export function runFor(
  extensions: unknown,
  { identity }: Pick<Envelope, 'identity'>,
  isQuery: () => boolean,
): RunFor {
  const viewers = (extensions as Record<string, unknown> | null | undefined)?.[viewersExtension];
  if (viewers === undefined) return { kind: 'one' };
  if (identity.kind !== 'service' || identity.name !== speaker) return { kind: 'refused', status: 401 };
  const isGood =
    Array.isArray(viewers) && viewers.length <= viewersLimits.perRequest && viewers.every(isAskedFor);
  return isGood && isQuery() ? { kind: 'many', viewers } : { kind: 'refused', status: 400 };
}

export function identityOf({ session, subject }: AskedFor): Identity {
  return { kind: 'viewer', subject, session };
}

function isAskedFor(value: unknown): value is AskedFor {
  if (typeof value !== 'object' || value === null) return false;
  const { position, session, subject } = value as Record<string, unknown>;
  const isPosition = position === undefined || typeof position === 'string';
  return typeof subject === 'string' && typeof session === 'string' && isPosition;
}
