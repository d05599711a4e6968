import type { AlertCase } from './alert-case.ts';

const answers = (outcome: string) =>
  `graphql_operation_duration_seconds_count{service="gateway",operation="Home",outcome="${outcome}"}`;

/** Of the month's budget of errors. */
export const objectiveCases: AlertCase[] = [
  {
    alert: 'ErrorBudgetBurns',
    series: { [answers('ok')]: '0+980x90', [answers('error')]: '0+20x90' },
    atMinute: 80,
    fires: {},
  },
  // It was bad for most of the hour and is over.
  {
    alert: 'ErrorBudgetBurns',
    series: { [answers('ok')]: '0+980x90', [answers('error')]: '0+20x70 1400x20' },
    atMinute: 85,
  },
  // One in a thousand is what may fail.
  {
    alert: 'ErrorBudgetBurns',
    series: { [answers('ok')]: '0+999x90', [answers('error')]: '0+1x90' },
    atMinute: 80,
  },
  {
    alert: 'ErrorBudgetWanes',
    series: { [answers('ok')]: '0+992x400', [answers('error')]: '0+8x400' },
    atMinute: 390,
    fires: {},
  },
  {
    alert: 'ErrorBudgetWanes',
    series: { [answers('ok')]: '0+996x400', [answers('error')]: '0+4x400' },
    atMinute: 390,
  },
];
