import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { composeSubgraphs } from '../src/compose.ts';
import { explainComposition } from '../src/composition/fixes.ts';
import { toCompositionError } from '../src/composition/to-error.ts';

const header =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

it('a field that cannot be reached is shown where it stands', () => {
  const composition = composeSubgraphs([
    {
      name: 'a',
      file: 'a.graphql',
      sdl: `${header}\ntype Query { me: Money }\ntype Money @shareable { amount: Int }`,
    },
    {
      name: 'b',
      file: 'b.graphql',
      sdl: `${header}\ntype Query { x: Int }\ntype Money {\n  amount: Int @shareable\n  note: String\n}`,
    },
  ]);
  expect(composition).toMatchObject({
    status: 'failed',
    errors: [{ code: 'SATISFIABILITY_ERROR', coordinate: 'Money.note', file: 'b.graphql', line: 5 }],
  });
});

it.each(['Directive "@mine" has other locations', 'Something is wrong'])(
  'an error without a code gets one with a fix: %s',
  (message) => {
    const { code } = toCompositionError(new GraphQLError(message), []);
    expect(explainComposition(code)?.fix).toMatch(/\.$/);
  },
);
