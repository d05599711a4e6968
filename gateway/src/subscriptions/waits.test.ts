import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPace } from './pace.ts';
import { createWaits } from './waits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits = { believedForMs: 500, calmAfterMs: 10_000 };
const arrived = () => ({ arrivedAtMs: performance.now() });

describe('what waits for a part of the graph', () => {
  it('is doubtful with all that came meanwhile, however short that waited, and what comes then is not', () => {
    const waits = createWaits(limits);
    const first = arrived();
    const wait = waits.begin(first, performance.now());
    vi.advanceTimersByTime(600);
    const second = arrived();
    vi.advanceTimersByTime(100);
    expect([waits.areSome(), waits.isDoubtful(second)]).toEqual([true, false]);
    wait.end();
    const third = arrived();
    expect([first, second, third].map(waits.isDoubtful)).toEqual([true, true, false]);
    expect(waits.areSome()).toBe(false);
  });

  it('is believed when it waited for a moment', () => {
    const waits = createWaits(limits);
    const event = arrived();
    const wait = waits.begin(event, performance.now());
    vi.advanceTimersByTime(500);
    wait.end();
    expect(waits.isDoubtful(event)).toBe(false);
  });

  it('has waited as long as it did before it had to come again, until something is told', () => {
    const waits = createWaits(limits);
    const event = arrived();
    const isOn = waits.round();
    const wait = waits.begin(event, performance.now());
    vi.advanceTimersByTime(7_000);
    wait.end();
    waits.comesAgain(event);
    expect([wait.isOn(), isOn(), waits.round()()]).toEqual([false, false, true]);
    const nowMs = performance.now();
    const again = waits.begin(arrived(), nowMs);
    expect([again.begunMs, again.isOn(), waits.areSome()]).toEqual([nowMs - 7_000, true, true]);
    // One that comes again ends nobody else's wait.
    wait.end();
    expect(waits.areSome()).toBe(true);
    again.end();
    waits.told(arrived());
    expect(waits.begin(arrived(), nowMs).begunMs).toBe(nowMs);
  });

  it('comes again however often, for it was never slow', () => {
    const waits = createWaits(limits);
    for (let times = 0; times < 5; times++) {
      const event = arrived();
      const wait = waits.begin(event, performance.now());
      vi.advanceTimersByTime(700);
      wait.end();
      expect(waits.isDoubtful(event)).toBe(true);
      waits.comesAgain(event);
    }
  });
});

describe('what is told late because everything is slow', () => {
  it('comes again, and is believed twice as long each time, until the stream keeps up', () => {
    const waits = createWaits(limits);
    /** How often an event that takes so long each time comes before it is told. */
    const comings = (tookMs: number) => {
      for (let times = 1; ; times++) {
        const event = arrived();
        vi.advanceTimersByTime(tookMs);
        if (!waits.isDoubtful(event)) {
          waits.told(event);
          return times;
        }
        waits.comesAgain(event);
      }
    };
    expect([400, 3_000, 3_000, 100, 3_000].map(comings)).toEqual([1, 4, 1, 1, 1]);
    vi.advanceTimersByTime(limits.calmAfterMs);
    expect([3_000, 100, 600].map(comings)).toEqual([1, 1, 2]);
  });
});

it('of many who go back at once each waits for its turn, and one alone does not', () => {
  const pace = createPace(5);
  expect(Array.from({ length: 1_000 }, pace).at(-1)).toBeCloseTo(999 / 5);
  vi.advanceTimersByTime(1_000);
  expect(pace()).toBe(0);
});
