import { describe, expect, it } from 'vitest';
import { handlePattern, isReserved } from './handle.ts';

describe('a handle', () => {
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
