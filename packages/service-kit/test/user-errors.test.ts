import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { userErrorCodes, validationError } from '../src/index.ts';

test('the codes of user errors are those of the schema', () => {
  const schema = new URL('../../../subgraphs/user/schema.graphql', import.meta.url);
  const codes = parse(readFileSync(schema, 'utf8')).definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'UserErrorCode',
  );
  const described = codes?.kind === Kind.ENUM_TYPE_DEFINITION ? codes.values : [];
  expect(described?.map((value) => value.name.value)).toEqual(userErrorCodes);
});

test('a fault in a nested value has its path, from the outside in', () => {
  expect(validationError('links.0.url', 'This is not a URL.').errors).toEqual([
    {
      __typename: 'ValidationError',
      code: 'INVALID_VALUE',
      message: 'This is not a URL.',
      field: 'links.0.url',
      path: ['links', '0', 'url'],
    },
  ]);
});
