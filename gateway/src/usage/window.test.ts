import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { describe } from './describe.ts';
import { usageLimits } from './limits.ts';
import { type Call, createWindow } from './window.ts';

const call: Call = { clientName: 'ios', clientVersion: '2.1', isError: false, durationMs: 7 };

function operation(text: string) {
  const document: DocumentNode = parse(text);
  const node = document.definitions[0] as OperationDefinitionNode;
  if (node.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return { known: { node }, document };
}

/** A window whose later work is done when the test says so, or else before it is taken. */
function open() {
  const work: (() => void)[] = [];
  const settle = () => work.splice(0).forEach((one) => one());
  const window = createWindow(describe, { run: (one) => void work.push(one), finish: settle });
  const add = ({ document, known }: ReturnType<typeof operation>, more: Partial<Call> = {}) =>
    window.add(known, document, { ...call, ...more });
  function take() {
    const { clients, uses, ...taken } = window.take();
    const told = JSON.parse(`[${uses.toString()}]`) as Told[];
    return {
      ...taken,
      uses: told.flatMap(({ calls }) =>
        calls.map(([client, count, errors, latency]) => {
          const { name, version } = JSON.parse(clients[client] ?? '') as { name: string; version?: string };
          return { client: version === undefined ? { name } : { name, version }, count, errors, latency };
        }),
      ),
    };
  }
  return { add, take, settle };
}

type Told = {
  operation: string;
  calls: [client: number, count: number, errors: number, latency: number[]][];
};

it('counts by operation, client and latency, and begins anew', () => {
  const { add, settle, take } = open();
  const [me, them] = [operation('query Me { me }'), operation('query Them { them }')];
  for (const durationMs of [-0.1, 5, 5.1, 249.5, 250, 250.1, 5_000, 5_000.1]) add(me, { durationMs });
  add(me, { isError: true, clientVersion: undefined });
  settle();
  add(them);
  settle();
  const { lost, operations, uses } = take();
  expect(lost).toBe(0);
  expect(operations.map(({ name }) => name)).toEqual(['Me', 'Them']);
  expect(uses).toMatchObject([
    {
      client: { name: 'ios', version: '2.1' },
      count: 8,
      errors: 0,
      latency: [2, 1, 0, 0, 0, 2, 1, 0, 0, 1, 1],
    },
    { client: { name: 'ios' }, count: 1, errors: 1 },
    { count: 1 },
  ]);
  expect(take()).toMatchObject({ lost: 0, operations: [], uses: [] });
  add(me);
  expect(take().uses).toMatchObject([{ count: 1 }]);
});

it('tells a call whose operation is not written down yet', () => {
  const { add, take } = open();
  add(operation('{ me }'));
  expect(take()).toMatchObject({ calls: 1, operations: [{ name: '' }], uses: [{ count: 1 }] });
});

it('holds no more than its limits, and says how many calls it could not keep', () => {
  const { add, settle, take } = open();
  const many = usageLimits.operations + 50;
  for (let at = 0; at < many; at++) {
    add(operation(`query Q${at} { me }`));
    settle();
  }
  const full = take();
  expect([full.operations.length, full.lost]).toEqual([usageLimits.operations, 50]);

  // New operations come faster than they can be written down.
  for (let at = 0; at < usageLimits.waiting + 7; at++) add(operation(`query R${at} { me }`));
  settle();
  const waited = take();
  expect([waited.operations.length, waited.lost]).toEqual([usageLimits.waiting, 7]);

  const me = operation('{ me }');
  for (let at = 0; at < usageLimits.clients + 30; at++)
    add(me, { clientName: `c${at}`.padEnd(500, 'x'), clientVersion: undefined });
  settle();
  const { lost, uses } = take();
  expect(lost).toBe(0);
  expect(uses).toHaveLength(usageLimits.clients + 1);
  expect(uses.at(-1)).toMatchObject({ client: { name: 'other' }, count: 30 });
  expect(uses.every(({ client }) => client.name.length <= usageLimits.clientLength)).toBe(true);
});

it('keeps texts within a bound', () => {
  const { add, settle, take } = open();
  const long = (at: number) => operation(`query L${at} { ${'f'.repeat(90_000)} }`);
  for (let at = 0; at < 20; at++) add(long(at));
  add(operation(`{ ${'g'.repeat(usageLimits.documentLength)} }`));
  settle();
  const { lost, operations } = take();
  const characters = operations.reduce((sum, { document }) => sum + document.length, 0);
  expect(characters).toBeLessThanOrEqual(usageLimits.characters);
  expect(operations.length + lost).toBe(21);
});
