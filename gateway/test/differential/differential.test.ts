import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import { differenceBeyondNulls, differenceFromTruth } from './compare.ts';
import { sharing } from './graphs/sharing.ts';
import { runDifferential } from './run.ts';
import { shrink } from './shrink.ts';
import { createWorld } from './world.ts';

describe('our executor', () => {
  test('answers generated operations as one schema over the same data does', {
    timeout: 120_000,
  }, async () => {
    const { operations, failures, coverage, stockDiffers } = await runDifferential({
      seed: 1,
      perWorld: 40,
      isDone: (done) => done >= 400,
    });
    expect(failures).toEqual([]);
    expect(operations).toBe(400);
    expect(coverage.missing()).toEqual([]);
    // The stock gateway is known to be wrong for some: if it never were, nothing would have been compared.
    expect(stockDiffers).toBeGreaterThan(0);
  });
});

describe('the comparison', () => {
  const truth = { data: { a: { b: null, c: 1 } }, errors: [{ message: 'x', path: ['a', 'b'] }] };

  test.each([
    ['another value', { data: { a: { b: null, c: 2 } }, errors: truth.errors }, 'data differs at ["a","c"]'],
    ['another order', { data: { a: { c: 1, b: null } }, errors: truth.errors }, 'order of fields'],
    ['an error too few', { data: truth.data }, 'no error explains'],
    [
      'an error elsewhere',
      { data: truth.data, errors: [{ message: 'x', path: ['a', 'c'] }] },
      'no error explains',
    ],
  ])('sees %s', (_, ours, problem) => {
    expect(differenceFromTruth(ours, truth, true)).toContain(problem);
  });

  test('accepts an error above the null', () => {
    const errors = [{ message: 'x', path: ['a'] }];
    expect(differenceFromTruth({ data: truth.data, errors }, truth, true)).toBeUndefined();
  });

  test('accepts explained nulls only, when a subgraph is down', () => {
    const whole = { data: { a: [{ b: 1 }] } };
    expect(differenceBeyondNulls({ data: { a: [{ b: null }] } }, whole)).toContain('unexplained null');
    const errors = [{ message: 'x', path: ['a'] }];
    expect(differenceBeyondNulls({ data: { a: [{ b: null }] }, errors }, whole)).toBeUndefined();
    expect(differenceBeyondNulls({ data: { a: [{ b: 2 }] }, errors }, whole)).toContain('2 for 1');
  });

  test('sees a subgraph that answers something else than the world says', async () => {
    const world = await createWorld('sharing', sharing, 3);
    const calm = { faults: 0, sabotage: undefined, labels: [] };
    const one = { source: '{ version }', variables: {} };
    expect((await check(world, one, calm)).problem).toBeUndefined();
    const { truth: real } = world;
    world.truth = async (document, variables) => {
      const answer = await real(document, variables);
      return { ...answer, data: { version: 'another' } };
    };
    expect((await check(world, one, calm)).problem).toContain('data differs at ["version"]');
    await world.stock.stop();
  });
});

test('shrinking leaves what makes an operation fail', async () => {
  const failing = {
    source: 'query Q($v: Boolean!) { a { b c @include(if: $v) ...F } d } fragment F on A { e { f } g }',
    variables: { v: true },
  };
  const found = await shrink(failing, async ({ source }) => source.includes('f') && /\bg\b/.test(source));
  expect(found.source.replace(/\s+/g, ' ')).toBe('query Q { a { ...F } } fragment F on A { g }');
  expect(() => parse(found.source)).not.toThrow();
});
