import { pushLimits, type PushLimits } from './limits.ts';
import type { PushOutcome } from './port.ts';

/** What a push service says by the status of its answer (RFC 8030), and what it asks for. */
export function outcomeOf(
  status: number,
  retryAfter: string | string[] | undefined,
  limits: Pick<PushLimits, 'mostRetryAfterMs'> = pushLimits,
): PushOutcome {
  if (status >= 200 && status < 300) return { status: 'sent' };
  if (status === 404 || status === 410) return { status: 'gone' };
  const because = `answered ${status}`;
  if (status !== 429 && status < 500) return { status: 'refused', because };
  const [asked] = [retryAfter].flat();
  const afterMs = asked === undefined ? null : waitOf(asked);
  return { status: 'later', because, afterMs: afterMs && Math.min(afterMs, limits.mostRetryAfterMs) };
}

/** Seconds, or a moment. */
function waitOf(retryAfter: string): number | null {
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return ms > 0 ? ms : null;
}

/** Nobody answered. Messages of errors may quote an address, or what names a device. */
export function unanswered(error: unknown): PushOutcome {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const because = typeof code === 'string' ? code : String(name ?? 'failed');
  return { status: 'later', because, afterMs: null };
}
