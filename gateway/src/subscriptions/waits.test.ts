import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWaits } from './waits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const arrived = () => ({ arrivedAtMs: performance.now() });

describe('what waits for a part of the graph', () => {
  it('is doubtful once it waited for longer than is believed, with what came meanwhile, and not what comes then', () => {
    const waits = createWaits(500);
    const first = arrived();
    const wait = waits.begin(first, performance.now());
    vi.advanceTimersByTime(400);
    const second = arrived();
    vi.advanceTimersByTime(200);
    expect([waits.areSome(), waits.isDoubtful(first)]).toEqual([true, false]);
    wait.end();
    const third = arrived();
    expect([first, second, third].map(waits.isDoubtful)).toEqual([true, true, false]);
    expect(waits.areSome()).toBe(false);
  });

  it('is believed when it waited for a moment', () => {
    const waits = createWaits(500);
    const event = arrived();
    const wait = waits.begin(event, performance.now());
    vi.advanceTimersByTime(500);
    wait.end();
    expect(waits.isDoubtful(event)).toBe(false);
  });

  it('has waited as long as it did before it had to come again, until something is told', () => {
    const waits = createWaits(500);
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
    waits.told();
    expect(waits.begin(arrived(), nowMs).begunMs).toBe(nowMs);
  });
});
