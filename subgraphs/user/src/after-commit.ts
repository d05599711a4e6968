import { setTimeout as sleep } from 'node:timers/promises';
import { hintChannel } from '@murmuration/events';
import { type RelationLeases, relationLeaseMs } from '@murmuration/relationships';
import type { RedisCache } from '@murmuration/service-kit';

/** Timers may fire early by a hair, and Redis counts by another clock. */
const marginMs = 50;

/** What happens between a commit and its acknowledgement. */
export interface AfterCommit {
  /** Wakes the readers of the event feed. Never fails, never waits: without Redis they look by themselves. */
  hint(): void;
  /** Makes every cached relation of these people go. Waits only for a change that takes sight away. */
  relationChanged(peopleIds: readonly bigint[], change: { takesSightAway: boolean }): Promise<void>;
  /**
   * What concerns one person for all viewers stands in hashes nobody can list: they must run out. The person's
   * own goes after that: live streams believe what they read of a person for as long as it is there.
   */
  accountChanged(personId: bigint, change: { hidesFromEveryone: boolean }): Promise<void>;
}

export function createAfterCommit(options: {
  redis: RedisCache;
  leases: RelationLeases;
  /** How long a cached relation may still be believed; tests shorten it. */
  leaseMs?: number;
}): AfterCommit {
  const { redis, leases, leaseMs = relationLeaseMs } = options;
  const channel = hintChannel('user');

  function hint(): void {
    redis.client.publish(channel, '').catch(() => undefined);
  }

  async function forget(
    peopleIds: readonly bigint[],
    { mustBeSure }: { mustBeSure: boolean },
  ): Promise<void> {
    const isForgotten = await leases.revoke(peopleIds);
    if (!isForgotten && mustBeSure) await sleep(leaseMs + marginMs);
  }

  return {
    hint,
    async relationChanged(peopleIds, { takesSightAway }) {
      hint();
      await forget(peopleIds, { mustBeSure: takesSightAway });
    },
    async accountChanged(personId, { hidesFromEveryone }) {
      hint();
      if (!hidesFromEveryone) return;
      await sleep(leaseMs + marginMs);
      await forget([personId], { mustBeSure: true });
    },
  };
}
