import { describe, expect, it } from 'vitest';
import type { CompiledSubscription } from '../execution/types.ts';
import { contractsOf } from './contracts.ts';
import { upstreamTexts } from './upstream-text.ts';

const resumable = { after: 'after', cursor: 'cursor', afterType: 'String' };
const compiled = (
  operation: string,
  variableUsages: string[],
  upstreamKey = 'feed',
): CompiledSubscription => ({
  serviceName: 'live',
  url: undefined,
  operation,
  operationName: undefined,
  operationKind: 'subscription',
  variableUsages,
  responseShape: { fieldName: 'feed', upstreamKey, clientKey: upstreamKey },
  hasRest: false,
  rest: { coordinates: new Set(), variables: new Set() },
});
const flat = (text: string | undefined) => text?.replace(/\s+/g, ' ');

describe('the text for the owner of a subscription', () => {
  it('asks for the cursor, and the second time continues behind one', () => {
    const { first, resumed, startsAt } = upstreamTexts(
      compiled('subscription ($n: Int) { feed(size: $n) { text } }', ['n']),
      resumable,
      { n: 1 },
    );
    expect(flat(first.query)).toBe(
      'subscription ($n: Int) { feed(size: $n) { _gatewayCursor: cursor text } }',
    );
    expect(flat(resumed?.query)).toBe(
      'subscription ($n: Int, $_gatewayAfter: String) ' +
        '{ feed(size: $n, after: $_gatewayAfter) { _gatewayCursor: cursor text } }',
    );
    expect(resumed?.variables).toEqual(['n']);
    expect(startsAt).toBeUndefined();
  });

  it('knows where the client began, and drops the variable that nothing uses any more', () => {
    const text = 'subscription ($a: String) { f: feed(after: $a) { text } }';
    const { resumed, startsAt } = upstreamTexts(compiled(text, ['a'], 'f'), resumable, { a: 'c7' });
    expect(startsAt).toBe('c7');
    expect(flat(resumed?.query)).toContain('subscription ($_gatewayAfter: String) {');
    expect(resumed?.variables).toEqual([]);
    const literal = upstreamTexts(compiled('subscription { feed(after: "c8") { text } }', []), resumable, {});
    expect(literal.startsAt).toBe('c8');
  });

  it('has room for a variable of the client that is called like the gateway\u2019s', () => {
    const text = 'subscription ($_gatewayAfter: Int) { feed(size: $_gatewayAfter) { text } }';
    const { afterVariable, resumed } = upstreamTexts(compiled(text, ['_gatewayAfter']), resumable, {});
    expect(afterVariable).toBe('_gatewayAfter_');
    expect(flat(resumed?.query)).toBe(
      'subscription ($_gatewayAfter: Int, $_gatewayAfter_: String) ' +
        '{ feed(size: $_gatewayAfter, after: $_gatewayAfter_) { _gatewayCursor: cursor text } }',
    );
  });

  it('stays as it is without the contract', () => {
    const text = 'subscription { feed { text } }';
    expect(upstreamTexts(compiled(text, []), undefined, {})).toMatchObject({
      first: { query: text, variables: [] },
      resumed: undefined,
      startsAt: undefined,
    });
  });
});

describe('the directive in a supergraph', () => {
  it('is read off the subscription type, whatever that is called', () => {
    const sdl = `schema { query: Query subscription: Live } type Query { a: Int }
      type Live { feed(since: ID): Item @resumable(after: "since", cursor: "at") other: Item }
      type Item { at: ID @resumable(after: "x", cursor: "y") }`;
    expect([...contractsOf(sdl).resumables]).toEqual([['feed', { after: 'since', cursor: 'at' }]]);
    expect(contractsOf('type Query { a: Int }').resumables.size).toBe(0);
  });
});
