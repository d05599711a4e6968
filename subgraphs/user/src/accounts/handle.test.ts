import { describe, expect, it } from 'vitest';
import { handlePattern, isReserved, skeletonOf } from './handle.ts';

describe('a handle', () => {
  it.each([
    ['alice', 'AL1CE'],
    ['bob', 'B_0_b'],
    ['modern', 'modem'],
    ['wow', 'vvow'],
    ['lilly', 'I1llY'],
  ])('%s reads like %s', (one, other) => {
    expect(skeletonOf(one)).toBe(skeletonOf(other));
  });

  it.each([
    ['alice', 'alicia'],
    ['user_12', 'user_13'],
    ['bob', 'rob'],
  ])('%s is not mistaken for %s', (one, other) => {
    expect(skeletonOf(one)).not.toBe(skeletonOf(other));
  });

  it.each(['abc', 'A_9', 'a'.repeat(30)])('%s is well formed', (handle) => {
    expect(handle).toMatch(handlePattern);
  });

  it.each(['ab', 'a'.repeat(31), '9lives', '_a_', 'a b', 'ålice', 'аlice', 'alice\n'])(
    '%j is not well formed',
    (handle) => {
      expect(handle).not.toMatch(handlePattern);
    },
  );

  it('never passes for the platform', () => {
    expect(['admin', 'ADM1N', 's_u_p_p_0_r_t', 'murrnuration'].map(isReserved)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(isReserved('administrate')).toBe(false);
  });
});
