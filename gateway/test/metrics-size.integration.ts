import { metrics } from '@murmuration/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codesOf } from './support/answer.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let neighbours: RunningSubgraph;
let graph: TestGraph;

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([neighbours]);
});
afterAll(async () => {
  await graph.stop();
  await neighbours.server.app.close();
});

const atATime = 20;

async function askAll(names: string[]): Promise<unknown[]> {
  const codes = new Set<unknown>();
  for (let i = 0; i < names.length; i += atATime) {
    const part = names.slice(i, i + atATime).map((name) => graph.ask(`query ${name} { me }`));
    for (const answer of await Promise.all(part)) codes.add(codesOf(answer)[0]);
  }
  return [...codes];
}

it('whatever clients call their operations, the page of metrics stays small', async () => {
  const hundreds = (letter: string, length: number, count = 600) =>
    Array.from({ length: count }, (_, i) => `${letter}${i}_`.padEnd(length, 'x'));
  expect(await askAll(hundreds('Huge', 200_000))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  expect(await askAll(hundreds('Long', 256, 20))).toEqual([undefined]);
  expect(await askAll(hundreds('Short', 64, 200))).toEqual([undefined]);
  const page = await metrics.metrics();
  expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
  expect(page).toContain('operation="other"');
  expect(page).toContain(`operation="${'Short0_'.padEnd(64, 'x')}"`);
  expect(page).not.toMatch(/Huge|Long/);
}, 180_000);
