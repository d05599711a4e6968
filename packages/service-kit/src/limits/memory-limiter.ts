import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

export const memoryLimiterLimits = {
  /** Callers counted at a time, about 0.3 kB each. */
  callers: 50_000,
} as const;

type Options = ConstructorParameters<typeof RateLimiterMemory>[0];

/**
 * Counts in this process's memory, and so while Redis is away. Callers are as many as an attacker likes: of more than
 * `maxCallers` the one who has not come for longest is forgotten, and counted from nothing when it comes again.
 */
export class MemoryLimiter extends RateLimiterMemory {
  readonly #callers: LRUCache<string, true>;

  constructor(options: Options, maxCallers: number = memoryLimiterLimits.callers) {
    super(options);
    this.#callers = new LRUCache({
      max: maxCallers,
      dispose: (_, caller, because) => because === 'evict' && void this.delete(caller),
    });
  }

  override consume(...[key, ...more]: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    this.#callers.set(String(key), true);
    return super.consume(key, ...more);
  }
}
