import { expect, test } from 'vitest';
import { knownPushHosts, mayPushTo } from './address.ts';
import { pushLimits } from './limits.ts';
import { outcomeOf } from './outcome.ts';

const known = { hosts: knownPushHosts, isPrivateAllowed: false };
const anywhere = { hosts: ['*'], isPrivateAllowed: false };
const own = { hosts: ['*'], isPrivateAllowed: true };

test.each([
  ['https://fcm.googleapis.com/fcm/send/x', known, true],
  ['https://updates.push.services.mozilla.com/wpush/v2/x', known, true],
  ['https://db5p.notify.windows.com/w/?token=x', known, true],
  ['https://notify.windows.com.example.org/x', known, false],
  ['https://evilfcm.googleapis.com/x', known, false],
  ['https://example.org/x', known, false],
  ['https://example.org/x', anywhere, true],
  ['http://example.org/x', anywhere, false],
  ['https://user:secret@example.org/x', anywhere, false],
  ['https://169.254.169.254/latest', anywhere, false],
  ['https://[::1]/x', anywhere, false],
  ['https://2130706433/x', anywhere, false],
  ['http://127.0.0.1:9999/x', own, true],
  ['file:///etc/passwd', own, false],
])('%s', (url, hosts, may) => {
  expect(mayPushTo(new URL(url), hosts)).toBe(may);
});

test.each([
  [201, undefined, { status: 'sent' }],
  [404, undefined, { status: 'gone' }],
  [410, undefined, { status: 'gone' }],
  [301, undefined, { status: 'refused', because: 'answered 301' }],
  [403, undefined, { status: 'refused', because: 'answered 403' }],
  [413, '5', { status: 'refused', because: 'answered 413' }],
  [429, '120', { status: 'later', because: 'answered 429', afterMs: 120_000 }],
  [503, undefined, { status: 'later', because: 'answered 503', afterMs: null }],
  [503, 'Thu, 01 Jan 1970 00:00:00 GMT', { status: 'later', because: 'answered 503', afterMs: null }],
  [500, '999999', { status: 'later', because: 'answered 500', afterMs: pushLimits.mostRetryAfterMs }],
])('a push service that answers %i with Retry-After %s', (status, retryAfter, outcome) => {
  expect(outcomeOf(status, retryAfter)).toEqual(outcome);
});
