import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { readRegistryConfig } from '../../../registry/server/src/config.ts';
import {
  latencyBoundsMs as contractBoundsMs,
  usageReport,
} from '../../../registry/server/src/usage/contract.ts';
import { describe } from './describe.ts';
import { latencyBoundsMs, usageLimits } from './limits.ts';
import { reportOf } from './report.ts';
import { createLater } from './later.ts';
import { createWindow } from './window.ts';

const { USAGE_BODY_BYTES } = readRegistryConfig({ REGISTRY_DATABASE_URL: 'postgres://localhost/registry' });
const long = usageLimits.clientLength;

function operation(text: string) {
  const document = parse(text);
  const node = document.definitions[0] as OperationDefinitionNode;
  if (node.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return { known: { node }, document };
}

/** What the registry is sent of these calls. */
function reported(fill: (add: (text: string, clients?: readonly string[]) => void) => void) {
  const later = createLater();
  const window = createWindow(describe, later);
  let calls = 0;
  fill((text, clients = ['ios']) => {
    const { document, known } = operation(text);
    for (const client of clients) {
      calls++;
      const call = { clientName: client, clientVersion: client, isError: true, durationMs: 3 };
      window.add(known, document, call);
      later.finish();
    }
  });
  const numbered = { sequence: 1, counted: window.take(), supergraph: 'f'.repeat(64) };
  const text = reportOf(numbered, { reporter: crypto.randomUUID(), name: 'g'.repeat(100) }, () => false);
  const report = usageReport.parse(JSON.parse(text.toString()));
  const told = report.uses.reduce((sum, { count }) => sum + count, 0);
  expect(told).toBe(numbered.counted.calls);
  return { report, bytes: text.length, isCounted: told + report.lost === calls };
}

it('counts a call of an operation with a longer name than the registry takes as lost, and tells the others', () => {
  const { report } = reported((add) => {
    add(`query ${'n'.repeat(usageLimits.nameLength)} { me }`);
    add(`query ${'n'.repeat(usageLimits.nameLength + 1)} { me }`);
    add(`query Short { me }`);
  });
  expect(report).toMatchObject({ lost: 1, operations: [{}, {}] });
  expect(latencyBoundsMs).toEqual(contractBoundsMs);
});

it.each([
  ['uses', '{ b }', 200, 0.45],
  ['texts', `{ a(b: [${'"", '.repeat(55)}]) }`, 1, 0.9],
])(
  'keeps a report of as many %s as there may be within what the registry reads',
  (_name, fields, count, least) => {
    // Two bytes a character.
    const clients = Array.from({ length: count }, (_, at) => `"${at}`.padEnd(long, '"'));
    const { bytes, isCounted, report } = reported((add) => {
      for (let at = 0; at < usageLimits.operations; at++)
        add(`query ${`Q${at}`.padEnd(usageLimits.nameLength, 'x')} ${fields}`, clients);
    });
    expect(report.lost).toBeGreaterThan(0);
    expect(isCounted).toBe(true);
    expect(bytes).toBeLessThan(USAGE_BODY_BYTES);
    expect(bytes).toBeGreaterThan(usageLimits.reportBytes * least);
  },
);
