import { operations } from '../gateway/graph.ts';

const userFields = ['name', 'username', 'birthday'];
const productFields = ['name', 'price', 'weight', 'inStock', 'shippingEstimate'];
const reviewFields = ['id', 'body'];
const authorFields = ['id', 'name', 'username'];

/**
 * An operation of the bench's graph that nobody has sent before: of every part some fields, chosen by the bits of its
 * number. There are half a million, each of one to three levels of fetches; numbers next to each other differ much.
 */
export function someFields(number: number): string {
  // By a multiplication that is one to one among numbers of 19 bits.
  let bits = (number * 228_773) % 2 ** 19;
  const some = (of: readonly string[]) => {
    const chosen = of.filter((_, i) => (bits >> i) % 2 === 1);
    bits >>= of.length;
    return chosen.length > 0 ? chosen.join(' ') : '__typename';
  };
  const reviewed = `reviews { ${some(reviewFields)} author { ${some(authorFields)} } }`;
  const users = `users { ${some(userFields)} reviews { id product { upc ${some(productFields)} ${bits % 2 === 1 ? reviewed : ''} } } }`;
  bits >>= 1;
  return `{ ${users} topProducts { upc ${some(productFields)} ${reviewed} } }`;
}

/** The heavy operation of `bench/gateway`, one of its fields under a key of its own. */
export function heavyUnseen(number: number): string {
  return operations.heavy
    .replace('($first: Int)', '')
    .replace('topProducts(first: $first)', `t${number}: topProducts`);
}

/** The small operation of `bench/gateway`, with its argument in it as programs that build texts have it. */
export function smallUnseen(number: number): string {
  return `{ s${number}: user(id: "u${1 + (number % 6)}") { id name reviews { id body } } }`;
}

const home = (alias: string) => `${alias}: homeTimeline(first: 1) {
  edges {
    node { id text author { handle displayName posts(first: 1) { edges { node { id author { handle } } } } } }
    repostedBy { handle posts(first: 1) { edges { node { text } } } }
  }
  pageInfo { hasNextPage endCursor }
}`;

/** Twenty aliases of the home page, each with authors' posts: Apollo's planner does not end on it in ten seconds. */
export function twentyAliases(number: number): string {
  return `{ ${Array.from({ length: 20 }, (_, i) => home(`a${number}_${i}`)).join(' ')} }`;
}

export function small(number: number): string {
  return `{ s${number}: user(handle: "alice") { id displayName } }`;
}
