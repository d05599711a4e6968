import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readOperations } from '../src/documents/read.ts';
import { validateOperations } from '../src/documents/validate.ts';
import type { FileSource } from '../src/workspace/files.ts';
import { globPattern } from '../src/workspace/glob.ts';

function memory(files: Record<string, string>): FileSource {
  return {
    list: (glob) => Object.keys(files).filter((path) => globPattern(glob).test(path)),
    read: (path) => files[path] ?? '',
  };
}

const before = buildSchema('type Query { me: User } type User { id: ID! name: String }');
const after = buildSchema('type Query { me: User } type User { id: ID! }');

const operation = 'query Me { me { name } }';

describe('stored operations are read as clients keep them', () => {
  it.each([
    ['app/me.graphql', operation],
    [
      'app/manifest.json',
      JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: 'x1', name: 'Me', type: 'query', body: operation }],
      }),
    ],
    ['app/persisted_queries.json', JSON.stringify({ x1: operation })],
    ['app/persisted-documents.json', JSON.stringify({ x1: operation })],
  ])('%s', (path, text) => {
    const operations = readOperations(['app/**/*.graphql', 'app/*.json'], memory({ [path]: text }));
    expect(operations).toMatchObject([{ name: 'Me', file: path, line: 1 }]);
    const problems = validateOperations(operations, after, before);
    expect(problems).toMatchObject([
      { operation: 'Me', file: path, isNew: true, message: 'Cannot query field "name" on type "User".' },
    ]);
  });

  it('from the graphql blocks of a page, each alone, at its own line', () => {
    const page = [
      '# Use it',
      '```sh',
      'query Not { me }',
      '```',
      '```graphql',
      'query Me {',
      '  me { name }',
      '}',
      '```',
      '```graphql',
      '{ me { id } }',
      '```',
    ];
    const operations = readOperations(['README.md'], memory({ 'README.md': page.join('\n') }));
    expect(operations.map(({ name, line }) => [name, line])).toEqual([
      ['Me', 6],
      ['anonymous', 11],
    ]);
    expect(validateOperations(operations, after, before)).toMatchObject([
      { operation: 'Me', line: 7, column: 8 },
    ]);
  });

  it('shares fragments between loose files, and points into the file of the fragment', () => {
    const files = memory({
      'app/me.graphql': 'query Me { me { ...Card } }\nquery Id { me { id } }',
      'app/card.graphql': '# a card\nfragment Card on User { ...Name }\nfragment Name on User { name }',
    });
    const operations = readOperations(['app/*.graphql'], files);
    expect(operations.map(({ name, line }) => [name, line])).toEqual([
      ['Me', 1],
      ['Id', 2],
    ]);
    expect(validateOperations(operations, before, before)).toEqual([]);
    expect(validateOperations(operations, after, before)).toMatchObject([
      { operation: 'Me', file: 'app/card.graphql', line: 3, column: 25 },
    ]);
  });

  it('tells what this change breaks from what was broken before', () => {
    const operations = readOperations(['*.graphql'], memory({ 'a.graphql': 'query Old { me { age } }' }));
    expect(validateOperations(operations, after, before)).toMatchObject([{ isNew: false }]);
  });

  it('survives cyclic fragments', () => {
    const text = 'query Q { me { ...A } } fragment A on User { id ...B } fragment B on User { id ...A }';
    const operations = readOperations(['*.graphql'], memory({ 'a.graphql': text }));
    const problems = validateOperations(operations, after, before);
    expect(problems).toMatchObject([
      { message: expect.stringContaining('Cannot spread fragment "A" within itself') },
    ]);
  });

  it('names the place of a syntax error, and refuses a JSON file that is no manifest', () => {
    expect(() => readOperations(['*.graphql'], memory({ 'a.graphql': '\n { me {' }))).toThrow(
      /a\.graphql:2:\d+ Syntax Error/,
    );
    expect(() => readOperations(['*.json'], memory({ 'a.json': '{ "x": 1 }' }))).toThrow(/no manifest/);
    expect(() => readOperations(['*.json'], memory({ 'a.json': '{' }))).toThrow(/is not JSON/);
  });
});
