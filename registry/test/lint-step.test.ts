import { describe, expect, it } from 'vitest';
import { parseSubgraph } from '../src/composition/parse-subgraph.ts';
import { lintStep } from '../src/steps/lint.ts';
import { config } from './cast.ts';

const lint = config({ lint: { default: 'ignore', rules: { 'require-description': 'fail' } } }).lint;

function subgraphs(sdls: Record<string, string>) {
  return Object.entries(sdls).flatMap(([name, sdl]) => {
    const result = parseSubgraph({ name, sdl });
    return result.status === 'parsed' ? result.subgraph : [];
  });
}

function fresh(before: Record<string, string>, after: Record<string, string>): string[] {
  const { findings } = lintStep(subgraphs(after), subgraphs(before), lint);
  return findings.flatMap(({ subgraph, coordinate, isNew }) => (isNew ? `${subgraph} ${coordinate}` : []));
}

describe('a finding is new if the baseline does not have it', () => {
  it('in the same subgraph', () => {
    expect(fresh({ a: 'type A { x: Int y: Int }' }, { a: 'type A { x: Int y: Int z: Int }' })).toEqual([
      'a A.z',
    ]);
    expect(fresh({ a: '"A" type A { x: Int }' }, { a: 'type A { x: Int }' })).toEqual(['a A']);
  });

  it('in a subgraph under another name', () => {
    expect(fresh({ people: 'type A { x: Int }' }, { persons: 'type A { x: Int y: Int }' })).toEqual([
      'persons A.y',
    ]);
  });

  it('in another subgraph, if it left the first', () => {
    const before = { a: 'type A { x: Int } type B { x: Int }', b: '"C" type C { "x" x: Int }' };
    const moved = { a: 'type A { x: Int }', b: '"C" type C { "x" x: Int } type B { x: Int }' };
    expect(fresh(before, moved)).toEqual([]);
    const copied = { ...moved, a: before.a };
    expect(fresh(before, copied)).toEqual(['b B', 'b B.x']);
  });
});
