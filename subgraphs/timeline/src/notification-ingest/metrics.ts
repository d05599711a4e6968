import { Histogram, metrics } from '@murmuration/service-kit';

export const notificationFreshness = new Histogram({
  name: 'notification_freshness_seconds',
  help: 'From the moment somebody did something until whom it concerns could read of it',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  registers: [metrics],
});
