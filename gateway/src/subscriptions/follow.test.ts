import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SubgraphResponse } from '../execution/types.ts';
import { type FollowEnd, follow, followLimits } from './follow.ts';
import type { UpstreamSink } from './upstream/sink.ts';

const event = (n: number): SubgraphResponse => ({ data: { cursor: `c${n}` } });

/** An upstream under the test's hand. */
function start(options: { startsAt?: string; isResumable?: boolean } = {}) {
  const opened: { cursor: string | undefined; sink: UpstreamSink<SubgraphResponse>; isClosed: boolean }[] =
    [];
  const events: unknown[] = [];
  const behinds: (string | undefined)[] = [];
  const ends: FollowEnd[] = [];
  const following = follow({
    startsAt: options.startsAt,
    open(cursor, sink) {
      const upstream = { cursor, sink, isClosed: false };
      opened.push(upstream);
      return () => {
        upstream.isClosed = true;
      };
    },
    cursorOf: ({ data }) => (options.isResumable === false ? undefined : (data?.cursor as string)),
    onEvent({ data }, behind) {
      events.push(data?.cursor);
      behinds.push(behind);
    },
    onEnd: (end) => ends.push(end),
  });
  const last = () => opened.at(-1) as (typeof opened)[number];
  return { following, opened, events, behinds, ends, last };
}
const lost = { kind: 'lost', because: 'the wire was cut', crowd: 1 } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('following an upstream', () => {
  it('opens again behind the last event after a loss', () => {
    const { last, opened, events, ends } = start();
    last().sink.next(event(1));
    last().sink.next(event(2));
    last().sink.end(lost);
    vi.advanceTimersByTime(followLimits.longestWaitMs * 2);
    expect(opened.map(({ cursor }) => cursor)).toEqual([undefined, 'c2']);
    last().sink.next(event(3));
    expect(events).toEqual(['c1', 'c2', 'c3']);
    expect(ends).toEqual([]);
  });

  it('waits longer after each failure, and gives up by name', () => {
    const { last, opened, ends } = start({ startsAt: 'c9' });
    const { givesUpAfterMs, longestWaitMs } = followLimits;
    while (ends.length === 0) {
      last().sink.end(lost);
      vi.advanceTimersByTime(longestWaitMs * 2);
    }
    expect(ends).toEqual([lost]);
    expect(opened.length).toBeLessThanOrEqual(2 + givesUpAfterMs / longestWaitMs);
  });

  it('does not give up because a clock was set anew', () => {
    const { last, opened, ends } = start({ startsAt: 'c9' });
    last().sink.end(lost);
    vi.setSystemTime(Date.now() + 2 * followLimits.givesUpAfterMs);
    vi.advanceTimersByTime(followLimits.longestWaitMs);
    last().sink.end(lost);
    vi.advanceTimersByTime(followLimits.longestWaitMs);
    expect([opened.length, ends]).toEqual([3, []]);
  });

  it('comes back with a crowd at a bounded rate', () => {
    const crowd = 10_000;
    const all = Array.from({ length: 500 }, () => start({ startsAt: 'c1' }));
    for (const { last } of all) last().sink.end({ ...lost, crowd });
    const back = () => all.filter(({ opened }) => opened.length === 2).length;
    vi.advanceTimersByTime(crowd / followLimits.crowdPerMs / 4);
    expect(back()).toBeGreaterThan(50);
    expect(back()).toBeLessThan(250);
    vi.advanceTimersByTime(crowd);
    expect(back()).toBe(500);
  });

  it('ends with a loss when no cursor is known', () => {
    const { last, opened, ends } = start({ isResumable: false });
    last().sink.next(event(1));
    last().sink.end(lost);
    vi.advanceTimersByTime(60_000);
    expect(opened).toHaveLength(1);
    expect(ends).toEqual([lost]);
  });

  it('moves when its connection is to be replaced, and hears nothing from the old one', () => {
    const { last, opened, events } = start();
    const old = last();
    old.sink.next(event(1));
    old.sink.retire(1);
    vi.advanceTimersByTime(followLimits.firstWaitMs * 2);
    expect(old.isClosed).toBe(true);
    expect(opened.map(({ cursor }) => cursor)).toEqual([undefined, 'c1']);
    old.sink.next(event(2));
    old.sink.end(lost);
    last().sink.next(event(2));
    expect(events).toEqual(['c1', 'c2']);
    expect(opened).toHaveLength(2);
  });

  it('stays where it is when it could not resume', () => {
    const { last, opened } = start({ isResumable: false });
    last().sink.retire(1);
    vi.advanceTimersByTime(60_000);
    expect(opened).toHaveLength(1);
  });

  it('hears an event again from the cursor before it', () => {
    const { following, last, opened, events, behinds } = start();
    for (const n of [1, 2, 3]) last().sink.next(event(n));
    expect(behinds).toEqual([undefined, 'c1', 'c2']);
    const old = last();
    expect(following.goBack('c1', 100)).toBe(true);
    expect([old.isClosed, opened.length]).toEqual([true, 1]);
    vi.advanceTimersByTime(100);
    expect(opened.map(({ cursor }) => cursor)).toEqual([undefined, 'c1']);
    for (const n of [2, 3]) last().sink.next(event(n));
    expect(events).toEqual(['c1', 'c2', 'c3', 'c2', 'c3']);
    expect(behinds.slice(3)).toEqual(['c1', 'c2']);
    expect(following.goBack('c2', 0)).toBe(true);
    expect(opened.map(({ cursor }) => cursor)).toEqual([undefined, 'c1', 'c2']);
    following.goBack('c1', 100);
    following.stop();
    vi.advanceTimersByTime(100);
    expect([opened.length, following.goBack('c1', 0)]).toEqual([3, false]);
  });

  it('does nothing more once it is stopped', () => {
    const { following, last, opened, events, ends } = start();
    last().sink.next(event(1));
    const { sink } = last();
    following.stop();
    expect(last().isClosed).toBe(true);
    sink.next(event(2));
    sink.end(lost);
    vi.advanceTimersByTime(60_000);
    expect([opened.length, events, ends]).toEqual([1, ['c1'], []]);
  });
});
