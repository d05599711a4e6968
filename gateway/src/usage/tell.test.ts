import { type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { describe } from './describe.ts';
import { createLater } from './later.ts';
import type { Sent } from './send.ts';
import { createTell } from './tell.ts';
import { createWindow } from './window.ts';

const document = parse('query Me { me }');
const node = document.definitions[0] as OperationDefinitionNode;
const me = { node };
const call = { clientName: 'ios', clientVersion: undefined, isError: false, durationMs: 1 };

it('tells a text once, and again to a registry that does not keep it or does not know it any more', async () => {
  const window = createWindow(describe, createLater());
  const { hash } = describe(node, document);
  const taken: Sent = { status: 'taken', unkept: [] };
  const unknown: Sent = { status: 'unknown', operations: [hash] };
  const answers: Sent[] = [
    { status: 'taken', unkept: [hash] },
    taken,
    unknown,
    taken,
    taken,
    unknown,
    unknown,
  ];
  const told: string[] = [];
  const tell = createTell(
    async (report) => {
      const { operations, sequence, uses } = JSON.parse(report.toString()) as {
        operations: { name: string }[];
        sequence: number;
        uses: { operation: string }[];
      };
      expect(uses.map(({ operation }) => operation)).toEqual([hash]);
      told.push([sequence, ...operations.map(({ name }) => name)].join(' '));
      return answers.shift() ?? taken;
    },
    { reporter: 'reporter-1', name: 'g1' },
  );
  const ends: string[] = [];
  for (let sequence = 1; sequence <= 5; sequence++) {
    window.add(me, document, call);
    const numbered = { sequence, counted: window.take(), supergraph: '0123456789abcdef' };
    ends.push((await tell(numbered, 1_000)).status);
  }
  expect(told).toEqual(['1 Me', '2 Me', '3', '3 Me', '4', '5', '5 Me']);
  expect(ends).toEqual(['taken', 'taken', 'taken', 'taken', 'later']);
});
