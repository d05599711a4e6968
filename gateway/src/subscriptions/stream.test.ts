import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EdgeContext } from '../operation/context.ts';
import type { FormatOutcome } from '../operation/mask-errors.ts';
import { cursorOf, type Leg } from './leg.ts';
import { liveLimits } from './limits.ts';
import { joined } from './result-text.ts';
import { openStream } from './stream.ts';
import { cursorAlias } from './upstream-text.ts';
import type { Upstreams } from './upstream/pool.ts';
import type { UpstreamEvent, UpstreamSink } from './upstream/sink.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const text = { query: 'subscription { posts }', variables: [] };
const leg = {
  texts: { startsAt: 'c0', first: text, resumed: text, afterVariable: 'after' },
  subscription: { serviceName: 'posts', url: 'x', responseShape: { upstreamKey: 'posts' } },
} as unknown as Leg;
const event = (n: number): UpstreamEvent => ({
  response: { data: { posts: { [cursorAlias]: `c${n}` } } },
  own: undefined,
  arrivedAtMs: performance.now(),
});

/** A stream whose owner may have events at hand as soon as it is asked for them. */
function start(atHand: UpstreamEvent[][] = []) {
  const sinks: UpstreamSink[] = [];
  const behind: unknown[] = [];
  const pace = vi.fn(() => 0);
  const subscribe: Upstreams['subscribe'] = (_to, { variables }, _context, sink) => {
    sinks.push(sink);
    behind.push(variables['after']);
    for (const one of atHand.shift() ?? []) sink.next(one);
    return () => undefined;
  };
  const stream = openStream({
    leg,
    variables: {},
    upstreams: { subscribe, close: () => undefined },
    complete: async (item) => ({
      pieces: [String(cursorOf(item.leg, item.event))],
      missing: undefined,
    }),
    pace,
    limits: liveLimits,
    createContext: () => ({}) as EdgeContext,
    format: ((outcome: object) => outcome) as FormatOutcome,
    onOver: () => undefined,
  });
  const next = async () => {
    const { value } = await stream.results.next();
    return value && joined(value);
  };
  return { behind, next, pace, sink: (at: number) => sinks[at] as UpstreamSink };
}

describe('a stream that goes back to its owner', () => {
  it('tells what the owner has at hand as soon as it is asked', async () => {
    const old = event(1);
    vi.advanceTimersByTime(liveLimits.believedForMs + 1);
    const { behind, next, pace } = start([[old], [event(1), event(2)]]);
    expect([await next(), await next()]).toEqual(['c1', 'c2']);
    expect(behind).toEqual(['c0', 'c0']);
    expect(pace).toHaveBeenCalledTimes(1);
  });

  it('takes no turn from others when it has ended and cannot go back', async () => {
    const { next, pace, sink } = start();
    sink(0).next(event(1));
    sink(0).end({ kind: 'completed' });
    vi.advanceTimersByTime(liveLimits.believedForMs + 1);
    expect([await next(), await next()]).toEqual(['c1', undefined]);
    expect(pace).not.toHaveBeenCalled();
  });
});
