import { type FragmentDefinitionNode, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { measureOperation } from './measure.ts';

function measure(text: string) {
  const { definitions } = parse(text);
  const [operation] = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((one): one is FragmentDefinitionNode => 'typeCondition' in one);
  if (!operation) throw new Error('the text holds no operation');
  return measureOperation(operation, (name) => fragments.find((one) => one.name.value === name));
}

describe('the weight of an operation', () => {
  it('counts levels, fields, root fields and aliases with fragments written out', () => {
    const text = '{ a { ...F } x: b { ... on T { c } } } fragment F on T { y: d { e } f }';
    expect(measure(text)).toEqual({ depth: 3, aliases: 2, rootFields: 2, fields: 6 });
  });

  it('of a tower of fragments is its size, at the cost of its text', () => {
    const floors = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on T { a { ...F${n + 1} } b { ...F${n + 1} } }`,
    );
    const { depth, fields } = measure(`{ ...F0 } ${floors.join(' ')} fragment F60 on T { c }`);
    expect(depth).toBe(61);
    expect(fields).toBeGreaterThan(2 ** 60);
  });

  it('of a cycle of fragments is finite', () => {
    expect(measure('{ ...A } fragment A on T { a ...B } fragment B on T { b ...A }').fields).toBe(2);
  });

  it('of introspection is one field', () => {
    expect(measure('{ __schema { types { fields { type { ofType { name } } } } } }')).toMatchObject({
      depth: 1,
      fields: 1,
    });
  });
});
