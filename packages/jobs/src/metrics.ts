import { Counter, Gauge, Histogram, metrics } from '@murmuration/service-kit';

/** `done`, `retried` for one that failed and comes again, `given_up` for the last time, `freed` from a dead worker. */
export type JobOutcome = 'done' | 'retried' | 'given_up' | 'freed';

export const jobsTotal = new Counter({
  name: 'jobs_total',
  help: 'Jobs by what became of them',
  labelNames: ['task', 'outcome'],
  registers: [metrics],
});

export const jobDuration = new Histogram({
  name: 'job_duration_seconds',
  help: 'Time of one attempt at a job',
  labelNames: ['task'],
  buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
  registers: [metrics],
});

export const jobsWaiting = new Gauge({
  name: 'jobs_waiting',
  help: 'Jobs that are not done yet, those being done among them',
  labelNames: ['task'],
  registers: [metrics],
});

export const jobsOldestAge = new Gauge({
  name: 'jobs_oldest_age_seconds',
  help: 'Age of the oldest job that could have been done by now',
  labelNames: ['task'],
  registers: [metrics],
});

export const jobsGivenUp = new Gauge({
  name: 'jobs_given_up',
  help: 'Jobs that failed for the last time and wait for somebody to look at them',
  labelNames: ['task'],
  registers: [metrics],
});
