import { GraphQLError, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkListItems, createNestedLists } from './list-limit.ts';

const refusalOf = (text: string, variables?: Record<string, unknown>, name?: string) => {
  const document = parse(text);
  const operation = getOperationAST(document, name);
  if (!operation) throw new Error('the text holds no such operation');
  try {
    checkListItems(createNestedLists(document)(operation), variables, 10_000);
    return null;
  } catch (error) {
    return error instanceof GraphQLError ? error.message : 'another error';
  }
};

describe('lists within lists', () => {
  it('are multiplied, by literals and by variables', () => {
    expect(refusalOf('{ a(first: 100) { b(last: 99) { c } } }')).toBeNull();
    expect(refusalOf('{ a(first: 100) { b(last: 100) { c } } }')).toMatch('10100 list items');
    const text = 'query ($n: Int!, $m: Int = 100) { a(first: $n) { x { b(first: $m) { c } } } }';
    expect(refusalOf(text, { n: 10 })).toBeNull();
    expect(refusalOf(text, { n: 100 })).toMatch('10100 list items');
    expect(refusalOf(text, { n: 100, m: 5 })).toBeNull();
  });

  it('are found through fragments, and beside each other are added', () => {
    const inner = 'fragment F on T { b(first: 50) { c } }';
    expect(refusalOf(`{ a(first: 100) { ...F } } ${inner}`)).toBeNull();
    expect(refusalOf(`{ a(first: 100) { ...F } x: a(first: 100) { ... on T { ...F } } } ${inner}`)).toMatch(
      '10200',
    );
  });

  it('are meant, and not one by itself, which its subgraph bounds', () => {
    expect(refusalOf('{ a(first: 100000) { c } b(first: 100000) { c } }')).toBeNull();
  });

  it('count only in the operation that runs, and what is no size counts nothing', () => {
    const two = 'query A { a(first: 100) { b(first: 1000) { c } } } query B { a(first: 1) { c } }';
    expect(refusalOf(two, {}, 'B')).toBeNull();
    expect(refusalOf(two, {}, 'A')).not.toBeNull();
    expect(refusalOf('{ a(first: -5) { b(first: null, last: $x) { c } } }', { x: 'many' })).toBeNull();
  });
});
