import { Counter, metrics } from '@murmuration/service-kit';
import { pushProviderNames } from './port.ts';

/**
 * `sent`; `gone`: there is no such device any more; `refused` by the provider; `later`: tried again; `failed` for the last time;
 * `held` until quiet hours end; `silent`: nothing of it is to be told any more; `limited`: the device had as many as it may.
 */
export const pushEndings = [
  'sent',
  'gone',
  'refused',
  'later',
  'failed',
  'held',
  'silent',
  'limited',
] as const;

export type PushEnding = (typeof pushEndings)[number];

export const pushMessages = new Counter({
  name: 'push_messages_total',
  help: 'Messages to devices by what became of them',
  labelNames: ['provider', 'outcome'],
  registers: [metrics],
});

// From zero on, or the first of a kind would not be a rise.
for (const provider of pushProviderNames)
  for (const outcome of pushEndings) pushMessages.inc({ provider, outcome }, 0);
