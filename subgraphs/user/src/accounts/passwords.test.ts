import { UserErrors } from '@murmuration/service-kit';
import { hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { createPasswords } from './passwords.ts';

const { signal } = new AbortController();

it('keeps argon2id hashes and knows the right password', async () => {
  const passwords = createPasswords();
  const stored = await passwords.hash('signUp', 'murmuration', signal);
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(stored, 'murmuration', signal)).toBe('right');
  expect(await passwords.verify(stored, 'Murmuration', signal)).toBe('wrong');
  expect(await passwords.verify(null, 'nobody has this password', signal)).toBe('wrong');
});

describe('a password', () => {
  const composed = 'caf\u00e9 au lait';
  const decomposed = 'cafe\u0301\u00a0au lait';

  it('is the same from every keyboard', async () => {
    const passwords = createPasswords();
    const stored = await passwords.hash('signUp', decomposed, signal);
    expect(await passwords.verify(stored, composed, signal)).toBe('right');
    expect(await passwords.verify(stored, decomposed, signal)).toBe('right');
    expect(await passwords.verify(stored, 'cafe au lait', signal)).toBe('wrong');
  });

  it('still opens what was hashed as it was typed', async () => {
    const passwords = createPasswords();
    expect(await passwords.verify(await hash(decomposed), decomposed, signal)).toBe('outdated');
    expect(await passwords.verify(await hash(composed), decomposed, signal)).toBe('right');
  });
});

it('turns callers away rather than queue without end, and serves the rest', async () => {
  const passwords = createPasswords({ concurrent: 1, maxWaiting: 2 });
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => passwords.hash('signUp', 'murmuration', signal)),
  );
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(refused).toHaveLength(2);
  for (const error of refused) {
    expect(error).toBeInstanceOf(UserErrors);
    expect((error as UserErrors).errors).toMatchObject([{ __typename: 'RateLimited' }]);
  }
  expect(await passwords.hash('signUp', 'murmuration', signal)).toContain('argon2id');
});
