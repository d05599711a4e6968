import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';

test('only what is our fault counts as an error', () => {
  const withCode = (code: string) => new GraphQLError('no', { extensions: { code } });
  expect(outcomeOf(undefined)).toBe('ok');
  expect(outcomeOf([withCode('BAD_USER_INPUT'), withCode('RATE_LIMITED')])).toBe('refused');
  expect(outcomeOf([withCode('BAD_USER_INPUT'), withCode('DOWNSTREAM_ERROR')])).toBe('error');
  expect(outcomeOf([withCode('INTERNAL_SERVER_ERROR')])).toBe('error');
  expect(outcomeOf([new GraphQLError('without a code')])).toBe('error');
});
