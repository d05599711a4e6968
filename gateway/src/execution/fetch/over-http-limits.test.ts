import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type HeldSubgraph,
  settle,
  shopRequest,
  startHeldSubgraph,
} from '../../../test/support/held-subgraph.ts';
import type { HttpFetcher } from '../fetcher.ts';
import type { SubgraphRequest } from '../types.ts';

let subgraph: HeldSubgraph;
beforeEach(async () => {
  subgraph = await startHeldSubgraph();
});
afterEach(() => subgraph.close());

describe('a retry', () => {
  test('asks again when the socket of a read was closed', async () => {
    const coming = [subgraph.arrival(), subgraph.arrival()];
    const answer = subgraph.fetcherWith({ limits: { retryBaseMs: 1 } }).fetch(shopRequest());
    (await coming[0])?.drop();
    (await coming[1])?.answer({ data: { a: 1 } });
    expect(await answer).toEqual({ data: { a: 1 } });
  });

  test('is never made of a mutation', async () => {
    const coming = subgraph.arrival();
    const answer = subgraph
      .fetcherWith({ limits: { retryBaseMs: 1 } })
      .fetch(shopRequest({ kind: 'mutation' }));
    const refused = expect(answer).rejects.toMatchObject({ reason: 'UNREACHABLE' });
    (await coming).drop();
    await refused;
    await settle();
    expect(subgraph.held).toHaveLength(1);
  });

  test('has an end', async () => {
    const coming = [subgraph.arrival(), subgraph.arrival(), subgraph.arrival()];
    const answer = subgraph.fetcherWith({ limits: { retryBaseMs: 1, retries: 2 } }).fetch(shopRequest());
    const refused = expect(answer).rejects.toMatchObject({ reason: 'UNREACHABLE' });
    for (const one of coming) (await one).answer('later', 503);
    await refused;
    await settle();
    expect(subgraph.held).toHaveLength(3);
  });
});

describe('the bulkhead', () => {
  const limits = { maxConcurrent: 1, maxQueued: 1 };
  const bodies = ['1', '2', '3'].map((id) => shopRequest({ body: `{"query":"{a${id}}"}` }));

  test('queues, then refuses at once', async () => {
    const fetcher = subgraph.fetcherWith({ limits });
    const coming = subgraph.arrival();
    const [first, second, third] = bodies.map((one) => fetcher.fetch(one));
    await expect(third).rejects.toMatchObject({ reason: 'OVERLOADED' });
    const running = await coming;
    await settle();
    expect(subgraph.held).toHaveLength(1);
    const next = subgraph.arrival();
    running.answer({ data: { a: 1 } });
    (await next).answer({ data: { a: 2 } });
    expect(await Promise.all([first, second])).toEqual([{ data: { a: 1 } }, { data: { a: 2 } }]);
  });

  test('frees the place in the queue of a caller that leaves', async () => {
    const fetcher = subgraph.fetcherWith({ limits });
    const leaving = new AbortController();
    const coming = subgraph.arrival();
    const [a, b, c] = bodies as [SubgraphRequest, SubgraphRequest, SubgraphRequest];
    const first = fetcher.fetch(a);
    const second = fetcher.fetch({ ...b, signal: leaving.signal });
    leaving.abort();
    await expect(second).rejects.toMatchObject({ reason: 'CANCELLED' });
    const third = fetcher.fetch(c);
    const next = subgraph.arrival();
    (await coming).answer({ data: {} });
    (await next).answer({ data: { a: 3 } });
    expect(await Promise.all([first, third])).toEqual([{ data: {} }, { data: { a: 3 } }]);
  });
});

describe('the breaker', () => {
  const limits = { retries: 0, breakerMinimum: 2, breakerOpenMs: 1 };

  async function fail(fetcher: HttpFetcher, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const coming = subgraph.arrival();
      const refused = expect(fetcher.fetch(shopRequest())).rejects.toMatchObject({ reason: 'UNREACHABLE' });
      (await coming).answer('down', 503);
      await refused;
    }
  }

  test('opens after failures and asks no more', async () => {
    const fetcher = subgraph.fetcherWith({
      limits: { ...limits, breakerOpenMs: 60_000, breakerMaxOpenMs: 60_000 },
    });
    await fail(fetcher, 2);
    await expect(fetcher.fetch(shopRequest())).rejects.toMatchObject({ reason: 'CIRCUIT_OPEN' });
    expect(subgraph.held).toHaveLength(2);
  });

  test('lets one try after a while and closes when it goes well', async () => {
    const fetcher = subgraph.fetcherWith({ limits });
    await fail(fetcher, 2);
    await settle();
    const coming = subgraph.arrival();
    const probe = fetcher.fetch(shopRequest());
    const other = fetcher.fetch(shopRequest({ body: '{"query":"{b}"}' }));
    await expect(other).rejects.toMatchObject({ reason: 'CIRCUIT_OPEN' });
    (await coming).answer({ data: { a: 1 } });
    expect(await probe).toEqual({ data: { a: 1 } });
    const next = subgraph.arrival();
    const answer = fetcher.fetch(shopRequest());
    (await next).answer({ data: { a: 2 } });
    expect(await answer).toEqual({ data: { a: 2 } });
  });
});
