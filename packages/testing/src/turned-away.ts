import { setTimeout as sleep } from 'node:timers/promises';

/** A busy machine turns away for a moment whoever has a password hashed; ten seconds of it are more than busy. */
const askAgain = { times: 40, everyMs: 250 } as const;

/** What tells that somebody was turned away: whichever of the two a test selects. */
interface Refusal {
  __typename?: string;
  code?: string;
}

/**
 * Asks again while it is turned away (`RateLimited`), as an app would.
 * @param ask whose payload has `errors` with `code` or `__typename`
 * @returns the first payload that is anything else; in the end also the last refusal
 */
export async function untilLetIn<Payload extends { errors?: readonly Refusal[] }>(
  ask: () => Promise<Payload>,
): Promise<Payload> {
  for (let times = 1; ; times++) {
    const payload = await ask();
    const isTurnedAway = payload.errors?.some(
      ({ __typename, code }) => __typename === 'RateLimited' || code === 'RATE_LIMITED',
    );
    if (!isTurnedAway || times >= askAgain.times) return payload;
    await sleep(askAgain.everyMs);
  }
}
