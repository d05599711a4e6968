import { expect, it } from 'vitest';
import { parseSubgraph } from '../../src/composition/parse-subgraph.ts';
import type { Subgraph } from '../../src/composition/subgraph.ts';
import { people } from '../../test/cast.ts';
import { keepCandidate } from '../src/work/kept-candidate.ts';

const parsed = (subgraph: Subgraph) => {
  const result = parseSubgraph(subgraph);
  if (result.status === 'failed') throw new Error(result.error.message);
  return [result.subgraph];
};
const shown = { public: { include: [], exclude: ['internal'], removeUnreachableTypes: true } };

it('composes a candidate once, and anew whatever is different about it', () => {
  const compose = keepCandidate();
  const first = compose(parsed(people()), shown);
  expect(compose(parsed(people()), structuredClone(shown))).toBe(first);
  expect(first.contracts()).toBe(first.contracts());

  const moved = compose(parsed({ ...people(), url: 'http://moved.test' }), shown);
  expect(moved.whole.composition).toMatchObject({ supergraphSdl: expect.stringContaining('moved.test') });
  expect([...compose(parsed(people()), {}).contracts().contracts.keys()]).toEqual([]);
  const changed = compose(parsed(people('name: String')), {});
  expect(changed.whole.composition).not.toHaveProperty(
    'apiSdl',
    first.whole.composition.status === 'composed' && first.whole.composition.apiSdl,
  );
  const broken = compose(parsed({ ...people(), file: 'here.graphql', sdl: 'type Query { a: Nobody }' }), {});
  expect(broken.whole).toMatchObject({ composition: { errors: [{ file: 'here.graphql' }] } });
  expect(
    compose(parsed({ ...people(), file: 'there.graphql', sdl: 'type Query { a: Nobody }' }), {}).whole,
  ).toMatchObject({ composition: { errors: [{ file: 'there.graphql' }] } });
});
