import pg from 'pg';
import { expect, test } from 'vitest';

/** Untyped, but what every query class of the driver's ecosystem implements or overrides. */
const overridden = [
  'prepare',
  'hasBeenParsed',
  'handleRowDescription',
  'handleDataRow',
  'handleCommandComplete',
  'handleReadyForQuery',
];
const sentBy = ['bind', 'execute', 'sync'];

test('the pinned driver has the protocol between client and query that a prepared query speaks', () => {
  for (const method of overridden) expect(pg.Query.prototype).toHaveProperty(method, expect.any(Function));
  for (const method of sentBy) expect(pg.Connection.prototype).toHaveProperty(method, expect.any(Function));
});
