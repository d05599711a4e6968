import type { Standing } from '@murmuration/service-kit/rate-limit';
import type { Headers } from '../types.ts';

/**
 * Adds how the caller stands with limits to the `RateLimit-Policy` and `RateLimit` fields
 * (draft-ietf-httpapi-ratelimit-headers): lists, with a member a limit.
 */
export function addStandings(headers: Headers, standings: Iterable<[string, Standing]>): Headers {
  for (const [name, { left, quota, resetSeconds, windowSeconds }] of standings) {
    append(headers, 'ratelimit-policy', `"${name}";q=${quota};w=${windowSeconds}`);
    append(headers, 'ratelimit', `"${name}";r=${left};t=${resetSeconds}`);
  }
  return headers;
}

function append(headers: Headers, name: string, member: string): void {
  const before = headers[name];
  headers[name] = before === undefined ? member : `${before}, ${member}`;
}
