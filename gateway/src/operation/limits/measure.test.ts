import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { measureDocument } from './measure.ts';

function measure(text: string) {
  const [measures] = measureDocument(parse(text)).values();
  if (!measures) throw new Error('the text holds no operation');
  return measures;
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

  it('counts the fields and aliases of introspection, whose depth is bounded elsewhere', () => {
    const text = '{ __schema { types { a: fields { b: name type { ofType { name } } } } } }';
    expect(measure(text)).toEqual({ depth: 1, aliases: 2, rootFields: 1, fields: 7 });
  });
});
