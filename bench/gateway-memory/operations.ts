import { getIntrospectionQuery } from 'graphql';
import { operations, variablesFor } from '../gateway/graph.ts';

const userFields = ['id', 'name', 'username', 'birthday'];
const reviewFields = ['id', 'body', 'product { upc name }', 'author { username }'];
const productFields = ['upc', 'name', 'price', 'weight', 'inStock', 'shippingEstimate'];

/** Half of it comes again and again; the other half is a text that was never seen, as from clients that build them. */
export function operationOf(i: number): { query: string; variables?: Record<string, unknown> } {
  if (i % 2 === 0) return { query: operations.small, variables: variablesFor('small', i) };
  return { query: newOperation(i) };
}

/** Texts that were never seen; of numbers that follow each other one in ten is an introspection. */
export function newOperation(i: number): string {
  if (i % 10 === 1) return getIntrospectionQuery().replace('IntrospectionQuery', `Introspection${i}`);
  const pick = (from: readonly string[], bits: number) =>
    from.filter((_, k) => (bits >> k) & 1).join(' ') || '__typename';
  return `query Once${i % 700} { a${i}: users { ${pick(userFields, i)} reviews { ${pick(reviewFields, i >> 4)} } }
      b${i}: topProducts(first: ${1 + (i % 5)}) { ${pick(productFields, i >> 2)} } }`;
}
