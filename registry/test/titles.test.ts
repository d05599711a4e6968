import { describe, expect, it } from 'vitest';
import { check } from '../src/check.ts';
import { problemsOf } from '../src/render/problems.ts';
import { config, nowMs } from './cast.ts';

const graph = (sdl: string) => [{ name: 'one', sdl }];
const query =
  'directive @d on FIELD | QUERY type Query { search: Result node: Named } interface Named { name: String }';
const before = `${query} union Result = Robot | Person type Robot { serial(long: Int): Int } type Person implements Named { name: String }`;

async function titles(after: string): Promise<string[]> {
  const report = await check({
    config: config(),
    candidate: graph(after),
    baseline: { status: 'found', label: 'version 1', subgraphs: graph(before) },
    usageFiles: [],
    nowMs,
  });
  return problemsOf(report).map(({ title }) => title);
}

describe('a title names what vanished or came', () => {
  it.each([
    ['a member that leaves', before.replace('Robot |', ''), 'breaking change of Result: it loses Robot'],
    ['an interface', before.replace('implements Named', ''), 'breaking change of Person: it loses Named'],
    ['a field', before.replace('serial(long: Int)', 'number(long: Int)'), 'breaking change of Robot.serial'],
    ['an argument', before.replace('(long: Int)', ''), 'breaking change of Robot.serial(long:)'],
    [
      'a member that comes',
      `${before.replace('= Robot', '= Cat | Robot')} type Cat { name: String }`,
      'dangerous change of Result: it gains Cat',
    ],
  ])('%s', async (_, after, title) => {
    expect(await titles(after)).toContain(title);
  });
});
