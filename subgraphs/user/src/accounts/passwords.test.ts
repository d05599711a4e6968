import { UserErrors } from '@murmuration/service-kit';
import { expect, it } from 'vitest';
import { createPasswords } from './passwords.ts';

it('keeps argon2id hashes and knows the right password', async () => {
  const passwords = createPasswords();
  const stored = await passwords.hash('murmuration');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(stored, 'murmuration')).toBe(true);
  expect(await passwords.verify(stored, 'Murmuration')).toBe(false);
  expect(await passwords.verify(null, 'nobody has this password')).toBe(false);
});

it('turns callers away rather than queue without end, and serves the rest', async () => {
  const passwords = createPasswords({ concurrent: 1, waiting: 2 });
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash('murmuration')));
  const served = results.filter((result) => result.status === 'fulfilled');
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(served).toHaveLength(3);
  expect(refused).toHaveLength(2);
  for (const error of refused) {
    expect(error).toBeInstanceOf(UserErrors);
    expect((error as UserErrors).errors).toMatchObject([{ __typename: 'RateLimited' }]);
  }
  expect(await passwords.hash('murmuration')).toContain('argon2id');
});
