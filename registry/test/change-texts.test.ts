import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { diffSchemas } from '../src/changes/diff-schemas.ts';

const changes = (before: string, after: string) => diffSchemas(buildSchema(before), buildSchema(after));

it('a value that nobody can send is not said to be sent', async () => {
  const returned = (values: string) => `enum Role { ${values} } type Query { role: Role }`;
  const sent = (values: string) => `enum Role { ${values} } type Query { users(role: Role): Int }`;
  const [output] = await changes(returned('A B'), returned('A'));
  expect(output?.reason).toContain('No operation can send the value');
  const [input] = await changes(sent('A B'), sent('A'));
  expect(input?.reason).toBe('An operation that sends the value is refused.');
});

it('the default of an enum is printed as in SDL', async () => {
  const query = (type: string, value: string) =>
    `enum Role { MEMBER ADMIN } type Query { users(role: ${type} = ${value}): Int }`;
  const [ofEnum] = await changes(query('Role', 'MEMBER'), query('Role', 'ADMIN'));
  expect(ofEnum?.message).not.toContain('"');
  expect(ofEnum?.message).toContain('ADMIN');
  const [ofText] = await changes(query('String', '"MEMBER"'), query('String', '"ADMIN"'));
  expect(ofText?.message).toContain('"ADMIN"');
});

it('a new input field is one change, whatever stands on it', async () => {
  const input = (field: string) => `input In { x: Int ${field} } type Query { f(in: In): Int }`;
  const found = await changes(input(''), input('"What it is for." y: Int @deprecated(reason: "r")'));
  expect(found.map(({ type }) => type)).toEqual(['INPUT_FIELD_ADDED']);
});
