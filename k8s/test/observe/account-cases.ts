import type { AlertCase } from './alert-case.ts';

const events = (event: string, outcome: string, instance = 'a') =>
  `authentication_events_total{event="${event}",outcome="${outcome}",instance="${instance}"}`;

/** Of people who want to come in, and of those who pretend to be one. */
export const accountCases: AlertCase[] = [
  {
    // 2 and 1 a second on two processes, against 1 that succeeds.
    alert: 'AuthenticationRefused',
    series: {
      [events('log-in', 'refused')]: '0+120x30',
      [events('log-in', 'throttled', 'b')]: '0+60x30',
      [events('log-in', 'ok')]: '0+60x30',
    },
    atMinute: 20,
    fires: { event: 'log-in' },
  },
  {
    alert: 'AuthenticationRefused',
    series: { [events('sign-up', 'throttled')]: '0+180x30', [events('sign-up', 'ok')]: '0+30x30' },
    atMinute: 20,
    fires: { event: 'sign-up' },
  },
  // As many, but many more succeed.
  {
    alert: 'AuthenticationRefused',
    series: { [events('log-in', 'refused')]: '0+180x30', [events('log-in', 'ok')]: '0+240x30' },
    atMinute: 20,
  },
  // All of few, and what people do wrong by themselves.
  {
    alert: 'AuthenticationRefused',
    series: { [events('log-in', 'refused')]: '0+90x30', [events('sign-up', 'conflict')]: '0+600x30' },
    atMinute: 20,
  },
  {
    alert: 'RefreshTokensReused',
    series: {
      [events('refresh-reuse', 'refused')]: '0+1x30',
      [events('refresh-reuse', 'refused', 'b')]: '0+1x30',
    },
    atMinute: 20,
    fires: {},
  },
  { alert: 'RefreshTokensReused', series: { [events('refresh-reuse', 'refused')]: '0+1x30' }, atMinute: 20 },
];
