import { answersExtension, type Identity, viewersExtension } from '@murmuration/service-kit';
import { describe, expect, it } from 'vitest';
import type { SubgraphRequest, SubgraphResponse } from '../execution/types.ts';
import { createEdgeContext, type EdgeContext } from '../operation/context.ts';
import type { LegEvent } from './completed.ts';
import { createCrowd } from './crowd.ts';
import { createGate } from '../concurrency/gate.ts';
import { liveLimits } from './limits.ts';
import { type CompleteOne, createTogether } from './together.ts';

const contextOf = (identity: Identity) => () =>
  createEdgeContext({ identity, requestId: 'test', deadlineMs: 60_000 });
const service: Identity = { kind: 'service', name: 'gateway' };
const viewer = (n: number): Identity => ({ kind: 'viewer', subject: `usr_${n}`, session: 'ses_1' });

/** Completes by asking a subgraph for what is the viewer's own, and counts what it is asked. */
function start(isAnsweredTogether: boolean) {
  const sent: number[] = [];
  let running = 0;
  let most = 0;
  async function send({ body, context }: SubgraphRequest): Promise<SubgraphResponse> {
    const asked: { subject: string }[] | undefined = JSON.parse(body).extensions?.[viewersExtension];
    sent.push(asked?.length ?? 1);
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    if (!asked) return { data: { own: (context as unknown as { of: string }).of } };
    const answers = asked.map(({ subject }) => ({ data: { own: subject } }));
    return isAnsweredTogether ? { extensions: { [answersExtension]: answers } } : { data: null };
  }
  const crowd = createCrowd({
    createContext: contextOf(service),
    maxViewers: liveLimits.maxViewersPerFetch,
    maxAskedApart: liveLimits.maxAskedApart,
  });
  const completeOne: CompleteOne = async (_item, _variables, { identity }) => {
    const asks = identity as Extract<Identity, { kind: 'viewer' }>;
    const request = { subgraph: 'post', body: '{"query":"{ own }"}', context: { of: asks.subject } };
    const { data } = await crowd.fetch(request as unknown as SubgraphRequest, asks, send);
    return { pieces: [String(data?.own)], missing: undefined };
  };
  const gate = createGate({ max: liveLimits.maxRunningRests });
  const together = createTogether(gate, completeOne, liveLimits);
  const event = { leg: {} } as LegEvent;
  const tell = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => together(event, {}, contextOf(viewer(n)))));
  const tellTo = (createContext: () => EdgeContext) => together(event, {}, createContext);
  return { sent, tell, tellTo, most: () => most };
}

describe('what is the viewers’ own of an event', () => {
  it.each([
    [1, [1]],
    [1_000, [1_000]],
    [2_500, [1_000, 1_000, 500]],
  ])('is read for %i of them in so many requests as a thousand each need', async (count, requests) => {
    const { sent, tell } = start(true);
    const told = await tell(count);
    expect(told.map(({ pieces }) => pieces[0])).toEqual(Array.from({ length: count }, (_, n) => `usr_${n}`));
    expect(sent).toEqual(requests);
  });

  it('is asked for by each, a few at a time, where the subgraph does not know how to answer for many', async () => {
    const { most, sent, tell } = start(false);
    const told = await tell(300);
    expect(told.map(({ pieces }) => pieces[0])).toEqual(Array.from({ length: 300 }, (_, n) => `usr_${n}`));
    expect(sent).toEqual([300, ...Array.from({ length: 300 }, () => 1)]);
    expect(most()).toBe(liveLimits.maxAskedApart);
  });

  it.each([
    ['in the turn', 0],
    ['when their turn comes', 1],
  ])('is not told to one who has no context any more %s, and is to the others', async (_when, most) => {
    const { tellTo } = start(true);
    let made = 0;
    const fails = () => {
      if (made++ >= most) throw new Error('no context');
      return contextOf(viewer(1))();
    };
    const told = await Promise.allSettled([contextOf(viewer(0)), fails, contextOf(viewer(2))].map(tellTo));
    expect(told).toEqual([
      { status: 'fulfilled', value: { pieces: ['usr_0'], missing: undefined } },
      { status: 'rejected', reason: new Error('no context') },
      { status: 'fulfilled', value: { pieces: ['usr_2'], missing: undefined } },
    ]);
  });
});
