import { Gauge, type Logger, metrics } from '@murmuration/service-kit';
import type { Serving } from '../operation/serving.ts';
import type { LastGood } from './last-good.ts';
import { supergraphLoads } from './metrics.ts';
import type { SupergraphSource } from './source.ts';

let cachedBytes = () => 0;
export const planCacheBytes = new Gauge({
  name: 'gateway_plan_cache_bytes',
  help: 'Memory that the documents and plans of the present supergraph hold, as estimated',
  registers: [metrics],
  collect() {
    this.set(cachedBytes());
  },
});

export const hostLimits = {
  /** One that was refused is tried again after this, for the reason may have been of the moment … */
  firstRetryMs: 2_000,
  /** … doubled each time, for it costs the requests beside it; at most this. */
  longestRetryMs: 60_000,
  /** A source that is away is asked less often, at most this seldom … */
  longestPollMs: 30_000,
  /** … and gateways that started together ask at different times: by this share earlier or later. */
  jitter: 0.1,
} as const;

export interface SupergraphHost {
  /** What admits operations now. */
  serving(): Serving;
  /**
   * Begins to look for others, and to plan. Of the first, `@apollo/gateway` says only now what it thinks: that takes it a second, and
   * there is no other to put in its place.
   */
  watch(): void;
  /** Calls back after each swap. */
  onSwap(callback: (next: Serving) => void): () => void;
  stop(): void;
}

export interface HostOptions {
  source: SupergraphSource;
  lastGood: LastGood;
  pollMs: number;
  logger: Logger;
  /** Makes a supergraph ready to serve. @throws when it cannot be */
  prepare(sdl: string): Promise<Serving> | Serving;
  /** Has the last word on one that would replace another. @throws when it does not take it */
  accept(sdl: string): Promise<void>;
  /** Fills the caches of one that is about to take traffic. */
  warm(next: Serving, before: Serving): Promise<{ planned: number; failed: number }>;
}

/**
 * Serves the supergraph of a source, and swaps it: a new one is made ready, accepted by `@apollo/gateway`, warmed, and
 * only then takes traffic. What has started ends on the one that admitted it. One that cannot be used is refused by name
 * and the one that serves stays; at a start without a usable source the last good copy serves.
 */
export async function startSupergraph(options: HostOptions): Promise<SupergraphHost> {
  const { accept, lastGood, logger, prepare, source } = options;
  const callbacks = new Set<(next: Serving) => void>();
  let lastProblem: string | undefined;
  /** By `performance.now()`, as all times here. */
  let refused = { sdl: '', tries: 0, untilMs: 0 };
  let timer: NodeJS.Timeout | undefined;
  let acceptFirst = () => {};
  let isStopped = false;
  /** Reads that failed one after the other. */
  let failures = 0;
  let currentSdl = '';
  let current = await first();
  cachedBytes = () => current.entries.bytes();

  function report(error: unknown): void {
    supergraphLoads.labels('refused').inc();
    const problem = String(error);
    // A source that stays away is one piece of news, not one a second.
    if (problem !== lastProblem) logger.error({ err: error, source: source.name }, 'refused a supergraph');
    lastProblem = problem;
  }

  async function first(): Promise<Serving> {
    try {
      const read = await source.read();
      if (!read) throw new Error(`${source.name} gave no supergraph`);
      const serving = await prepare(read.sdl);
      currentSdl = read.sdl;
      read.taken();
      // Another may have been taken meanwhile, and been kept.
      const keep = async () => current === serving && (await lastGood.keep(read.sdl));
      acceptFirst = () => void accept(read.sdl).then(keep, report);
      return serving;
    } catch (error) {
      const copy = await lastGood.read();
      if (copy === undefined) throw error;
      report(error);
      const serving = await prepare(copy);
      currentSdl = copy;
      logger.warn('serving the last good supergraph from disk');
      return serving;
    }
  }

  async function poll(): Promise<void> {
    try {
      failures++;
      const read = await source.read();
      failures = 0;
      if (!read || isStopped) return;
      if (read.sdl === refused.sdl && performance.now() < refused.untilMs) return;
      refuseUnlessTaken(read.sdl);
      // What serves may come once more, from a source that was away when the copy on disk was taken.
      const next = read.sdl === currentSdl ? undefined : await prepare(read.sdl);
      await accept(read.sdl);
      const warmed = next && (await options.warm(next, current));
      if (isStopped) return next?.generation.dispose();
      if (next) swap(next, read.sdl);
      read.taken();
      refused = { sdl: '', tries: 0, untilMs: 0 };
      lastProblem = undefined;
      if (next) supergraphLoads.labels('served').inc();
      logger.info(
        { source: source.name, ...warmed },
        next ? 'serving a new supergraph' : 'the supergraph that serves was confirmed',
      );
      await lastGood.keep(read.sdl);
    } catch (error) {
      report(error);
    }
  }

  function refuseUnlessTaken(sdl: string): void {
    const tries = sdl === refused.sdl ? refused.tries + 1 : 0;
    const waitMs = Math.min(hostLimits.firstRetryMs * 2 ** tries, hostLimits.longestRetryMs);
    refused = { sdl, tries, untilMs: performance.now() + waitMs };
  }

  function swap(next: Serving, sdl: string): void {
    const before = current;
    current = next;
    currentSdl = sdl;
    for (const callback of callbacks) callback(next);
    before.entries.clear();
    before.generation.retire();
  }

  function schedule(): void {
    if (isStopped) return;
    const { jitter, longestPollMs } = hostLimits;
    const calmMs = Math.min(
      options.pollMs * 2 ** Math.min(failures, 20),
      Math.max(options.pollMs, longestPollMs),
    );
    const waitMs = calmMs * (1 + jitter * (2 * Math.random() - 1));
    timer = setTimeout(() => void poll().finally(schedule), waitMs).unref();
  }

  return {
    serving: () => current,
    watch() {
      current.generation.start();
      acceptFirst();
      // It knows the first supergraph, which is not to be held for longer than it serves.
      acceptFirst = () => {};
      schedule();
    },
    onSwap(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      current.generation.dispose();
    },
  };
}
