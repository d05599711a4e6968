import { expect, test } from 'vitest';
import { isDatabaseConflict, isDatabaseOutage } from './outage.ts';

const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more);
/** As Prisma hands on what its adapter for `pg` met. */
const ofPrisma = (code: string, cause: object) =>
  failure('Invalid invocation', {
    code,
    meta: { driverAdapterError: failure('DriverAdapterError', { cause }) },
  });

test.each([
  ['a refused connection', failure('connect', { code: 'ECONNREFUSED' })],
  ['a name that is not known now', failure('lookup', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
  ['a socket that is not there', failure('connect', { code: 'ENOENT', syscall: 'connect' })],
  ['a connection cut off', failure('Connection terminated unexpectedly')],
  [
    'a connection that broke between two statements',
    failure('Client has encountered a connection error and is not queryable'),
  ],
  ['a connection that was closed', failure('Client was closed and is not queryable')],
  ['a pool without a connection', failure('timeout exceeded when trying to connect')],
  ['a server that shuts down', failure('terminating connection', { code: '57P01' })],
  ['too many connections', failure('sorry', { code: '53300' })],
  ['a standby', failure('read-only', { code: '25006' })],
  ['a process too busy to go on with its transaction', failure('idle', { code: '25P03' })],
  ['a transaction that took too long', failure('terminating', { code: '25P04' })],
  ['a transaction of Prisma that could not begin in time', failure('Transaction API', { code: 'P2028' })],
  ['what Prisma could not reach', failure('away', { code: 'P1001' })],
  ['a raw statement of Prisma', ofPrisma('P2010', { kind: 'DatabaseNotReachable' })],
  ['… that met a server shutting down', ofPrisma('P2010', { kind: 'postgres', code: '57P01' })],
])('%s is an outage', (_, error) => {
  expect(isDatabaseOutage(error)).toBe(true);
});

test.each([
  ['a duplicate', failure('duplicate key', { code: '23505' })],
  ['a statement that is wrong', failure('syntax error', { code: '42601' })],
  ['a statement that took too long', failure('canceling statement', { code: '57014' })],
  ['a duplicate, by Prisma', ofPrisma('P2002', { kind: 'UniqueConstraintViolation', code: '23505' })],
  ['a file that is not there', failure('open', { code: 'ENOENT', syscall: 'open' })],
  ['a fault in the program', failure('bad argument', { code: 'ERR_INVALID_ARG_TYPE' })],
  ['an error of ours', failure('no')],
  ['nothing', undefined],
])('%s is none', (_, error) => {
  expect(isDatabaseOutage(error)).toBe(false);
});

test.each([
  ['one that could not be serialized', failure('could not serialize', { code: '40001' }), 'ended'],
  ['a deadlock', failure('deadlock detected', { code: '40P01' }), 'ended'],
  ['a deadlock, by Prisma', ofPrisma('P2010', { kind: 'TransactionWriteConflict' }), 'ended'],
  ['a conflict of a transaction of Prisma', failure('write conflict', { code: 'P2034' }), 'ended'],
  ['a lock that somebody else has', failure('canceling statement', { code: '55P03' }), 'waited'],
  ['a duplicate', failure('duplicate key', { code: '23505' }), false],
  ['a server that shuts down', failure('terminating connection', { code: '57P01' }), false],
  ['nothing', undefined, false],
] as const)('%s is told from other conflicts', (_, error, expected) => {
  expect(isDatabaseConflict(error)).toBe(expected);
  if (expected) expect(isDatabaseOutage(error)).toBe(false);
});
