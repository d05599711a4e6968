import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { diffSchemas } from '../src/changes/diff-schemas.ts';
import { collectCoordinates } from '../src/usage/collect.ts';
import { joinUsage } from '../src/usage/join.ts';
import type { Usage } from '../src/usage/usage-data.ts';

const everyUse = { minCount: 1, minPercent: 0, excludedClients: [] };

const before = buildSchema(`
  type Query { me: User }
  type User { id: ID! name: String nameHistory: [String!] }
`);

function usageOf(...documents: string[]): Usage {
  const uses = documents.map((document, position) => ({
    name: `Op${position}`,
    hash: `hash${position}`,
    client: { name: 'ios', version: '2.1' },
    count: 10,
    at: '2026-11-20T00:00:00Z',
    lastAt: '2026-11-21T00:00:00Z',
    coordinates: collectCoordinates(before, parse(document)),
  }));
  return { status: 'known', from: '2026-10-01T00:00:00Z', to: '2026-11-22T00:00:00Z', uses };
}

async function removal(field: string) {
  const after = buildSchema(`
    type Query { me: User }
    type User { id: ID! ${['name: String', 'nameHistory: [String!]'].filter((one) => !one.startsWith(`${field}:`)).join(' ')} }
  `);
  const [change] = await diffSchemas(before, after);
  if (change === undefined) throw new Error('the diff found nothing');
  return change;
}

describe('usage joins changes on exact coordinates', () => {
  const onlyHistory = usageOf('{ me { nameHistory } }');

  it('calls the removal of User.name unused while only User.nameHistory is used', async () => {
    const change = await removal('name');
    expect(change).toMatchObject({ type: 'FIELD_REMOVED', coordinate: 'User.name', level: 'breaking' });
    expect(joinUsage(change, onlyHistory, everyUse)).toEqual({ status: 'unused' });
  });

  it('calls the removal of User.nameHistory used, and names the operation and its clients', async () => {
    const verdict = joinUsage(await removal('nameHistory'), onlyHistory, everyUse);
    expect(verdict).toEqual({
      status: 'used',
      operations: [
        { name: 'Op0', hash: 'hash0', clients: ['ios@2.1'], count: 10, lastAt: '2026-11-21T00:00:00Z' },
      ],
    });
  });

  it('does not take unknown usage for none', async () => {
    const verdict = joinUsage(
      await removal('name'),
      { status: 'unknown', because: 'no file', uses: [] },
      everyUse,
    );
    expect(verdict).toEqual({ status: 'unknown', because: 'no file' });
  });
});
