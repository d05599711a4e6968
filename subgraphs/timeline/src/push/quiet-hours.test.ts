import { expect, test } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const night = (timeZone: string) => ({ fromMinute: 22 * 60, toMinute: 7 * 60, timeZone });

test.each([
  ['UTC', '2026-06-01T21:59:59Z', null],
  ['UTC', '2026-06-01T22:00:30Z', '2026-06-02T07:00:00Z'],
  ['UTC', '2026-06-02T06:59:00Z', '2026-06-02T07:00:00Z'],
  ['UTC', '2026-06-02T07:00:00Z', null],
  ['Europe/Berlin', '2026-06-01T20:00:00Z', '2026-06-02T05:00:00Z'],
  ['Asia/Kathmandu', '2026-06-01T16:15:00Z', '2026-06-02T01:15:00Z'],
  // Clocks are put forward, and back, in these nights.
  ['Europe/Berlin', '2026-03-28T21:30:00Z', '2026-03-29T05:00:00Z'],
  ['Europe/Berlin', '2026-10-24T20:30:00Z', '2026-10-25T06:00:00Z'],
  ['America/New_York', '2026-11-01T03:00:00Z', '2026-11-01T12:00:00Z'],
])('at night in %s at %s', (zone, now, end) => {
  const until = quietUntil(Date.parse(now), night(zone));
  expect(until === null ? null : new Date(until).toISOString()).toBe(end && new Date(end).toISOString());
});

test('within a day', () => {
  const noon = { fromMinute: 12 * 60, toMinute: 13 * 60, timeZone: 'UTC' };
  expect(quietUntil(Date.parse('2026-06-01T11:59:00Z'), noon)).toBeNull();
  expect(quietUntil(Date.parse('2026-06-01T12:30:00Z'), noon)).toBe(Date.parse('2026-06-01T13:00:00Z'));
  expect(quietUntil(Date.parse('2026-06-01T13:00:00Z'), noon)).toBeNull();
});
