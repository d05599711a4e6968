/** Limits of how often somebody may do something, on `rate-limiter-flexible`. */
export { MemoryLimiter, memoryLimiterLimits } from './memory-limiter.ts';
export { readStandings, type Standing, type Told } from './standing.ts';
export { createThrottle, type Throttle, type ThrottleOptions } from './throttle.ts';
