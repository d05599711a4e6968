import { expect, it } from 'vitest';
import { check } from '../src/check.ts';
import { explain } from '../src/commands/explain.ts';
import { renderText } from '../src/render/text.ts';
import { config, nowMs } from './cast.ts';

const header =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override"])';
const a = (field: string) =>
  `${header}\ntype Query { users: [User] }\ntype User @key(fields: "id") { id: ID! ${field} }`;
const b = (field: string) =>
  `${header}\ntype Query { names: [User] }\ntype User @key(fields: "id") { id: ID! ${field} }`;
const both = (one: string, other: string) => [
  { name: 'a', file: 'a.graphql', sdl: a(one) },
  { name: 'b', file: 'b.graphql', sdl: b(other) },
];

it.each([
  ['FROM_SUBGRAPH_DOES_NOT_EXIST', '', 'bio: String @override(from: "peolpe")', 'b'],
  ['OVERRIDE_DIRECTIVE_CAN_BE_REMOVED', '', 'bio: String @override(from: "a")', 'b'],
  ['OVERRIDDEN_FIELD_CAN_BE_REMOVED', 'bio: String', 'bio: String @override(from: "a")', 'a'],
  [
    'OVERRIDE_MIGRATION_IN_PROGRESS',
    'bio: String',
    'bio: String @override(from: "a", label: "percent(5)")',
    'a',
  ],
])('%s is said once, at its line, and fails nothing', async (code, one, other, subgraph) => {
  const run = (before: string) =>
    check({
      config: config(),
      candidate: both(`${one} age: Int`, other),
      baseline: { status: 'found', label: 'before', subgraphs: both(one, before) },
      usageFiles: [],
      nowMs,
    });
  const report = await run('');
  expect(report.verdict).toBe('passed');
  const hint = { code, subgraph, coordinate: 'User.bio', file: `${subgraph}.graphql`, line: 3 };
  expect(report.hints).toMatchObject([hint]);
  expect(renderText(report)).toContain(`Hints:\n  ${subgraph}.graphql:3 [${code}]`);
  expect(explain(code)).toContain('Fix:');
  expect((await run(other)).hints).toEqual([]);
});
