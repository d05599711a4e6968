import { expect, it } from 'vitest';
import { isRole, mayChangeRole, maySuspend, type Role, roles, scopesOf, takesAway } from './policy.ts';

const table = (rule: (actor: Role, target: Role) => boolean) =>
  roles.map((actor) => roles.map((target) => (rule(actor, target) ? 1 : 0)));

it('who may suspend whom', () => {
  expect(table(maySuspend)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
  ]);
});

it('who may change a role', () => {
  expect(roles.map((role) => mayChangeRole(role, { isSelf: false }))).toEqual([false, false, true]);
  expect(roles.map((role) => mayChangeRole(role, { isSelf: true }))).toEqual([false, false, false]);
});

it('which change takes something away', () => {
  expect(table(takesAway)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
  ]);
});

it('each role has what those before it have', () => {
  for (const [index, role] of roles.entries()) {
    for (const lesser of roles.slice(0, index)) {
      expect(scopesOf[role]).toEqual(expect.arrayContaining([...scopesOf[lesser]]));
    }
  }
  expect([isRole('admin'), isRole('root'), isRole('')]).toEqual([true, false, false]);
});
