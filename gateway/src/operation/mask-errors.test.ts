import { createLogger } from '@murmuration/service-kit';
import { GraphQLError } from 'graphql';
import { expect, test, vi } from 'vitest';
import { errorCode, FetchFailure, fetchError } from '../execution/errors.ts';
import { codedJson, maskErrors } from './mask-errors.ts';

test('the log of a subgraph that failed says for which request it was asked; the client hears neither', () => {
  const logger = createLogger('test', 'silent');
  const warn = vi.spyOn(logger, 'warn');
  const failure = new FetchFailure('UNREACHABLE', 'connect ECONNREFUSED 10.0.0.1:4001');
  const error = fetchError(failure, ['post'], { subgraph: 'post', requestId: 'r7' });
  const told = maskErrors(logger)(codedJson(error), error);
  expect(told).toEqual({
    message: 'A part of the graph could not be reached',
    path: ['post'],
    extensions: { code: 'DOWNSTREAM_ERROR', reason: 'UNREACHABLE' },
  });
  expect(warn).toHaveBeenCalledWith(
    { err: failure, path: ['post'], subgraph: 'post', requestId: 'r7' },
    'a subgraph failed',
  );
});

test.each(Object.values(errorCode))(
  'what execution and planning call %s a client hears under that name',
  (code) => {
    const error = new GraphQLError('no', { extensions: { code } });
    expect(maskErrors(createLogger('test', 'silent'))(codedJson(error), error).extensions?.code).toBe(code);
  },
);
