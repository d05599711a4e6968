import type { AlertCase } from './alert-case.ts';

const age = (instance: string) => `jobs_oldest_age_seconds{task="send_mail",instance="${instance}"}`;
const givenUp = (instance: string) => `jobs_given_up{task="send_mail",instance="${instance}"}`;

const pushes = (outcome: string, instance = 'a') =>
  `push_messages_total{provider="web",outcome="${outcome}",instance="${instance}"}`;

/** Of work that may wait, but not for ever. */
export const jobCases: AlertCase[] = [
  // Every worker sees the same jobs.
  {
    alert: 'JobsStalled',
    series: { [age('a')]: '0+60x30', [age('b')]: '0+60x30' },
    atMinute: 19,
    fires: { task: 'send_mail' },
  },
  { alert: 'JobsStalled', series: { [age('a')]: '0+60x14 0x15' }, atMinute: 19 },
  {
    alert: 'JobsGivenUp',
    series: { [givenUp('a')]: '0x5 1x10', [givenUp('b')]: '0x5 1x10' },
    atMinute: 7,
    fires: { task: 'send_mail' },
  },
  { alert: 'JobsGivenUp', series: { [givenUp('a')]: '0x20' }, atMinute: 7 },
  {
    alert: 'PushesFail',
    series: {
      [pushes('refused')]: '0+10x60',
      [pushes('failed', 'b')]: '0+10x60',
      [pushes('sent')]: '0+60x60',
    },
    atMinute: 40,
    fires: { provider: 'web' },
  },
  // One of seven, and all of a few.
  {
    alert: 'PushesFail',
    series: { [pushes('failed')]: '0+10x60', [pushes('sent')]: '0+60x60' },
    atMinute: 40,
  },
  { alert: 'PushesFail', series: { [pushes('failed')]: '0x10 1x10 2x40' }, atMinute: 40 },
];
