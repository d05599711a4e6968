import { randomUUID } from 'node:crypto';
import { anonymous } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import { executeRest } from '../execution/execute.ts';
import type { SubgraphResponse } from '../execution/types.ts';
import { createEdgeContext, type EdgeContext } from '../operation/context.ts';
import type { FormatOutcome } from '../operation/mask-errors.ts';
import type { Completed, LegEvent } from './completed.ts';
import { createCrowd } from './crowd.ts';
import type { Gate } from '../concurrency/gate.ts';
import type { Variables } from './leg.ts';
import type { LiveLimits } from './limits.ts';
import { liveCompletions } from './metrics.ts';
import { type CompleteOne, createTogether } from './together.ts';
import { piecesOf } from './result-text.ts';

/** Completes events for subscriptions: once for all of an event's audience where that is possible. */
export type Complete = (
  item: LegEvent,
  variables: Variables,
  createContext: () => EdgeContext,
) => Completed | Promise<Completed>;

/** What an event becomes for its audience; `done` once it is known. */
interface Shared {
  readonly promise: Promise<Completed>;
  done: Completed | undefined;
}

const firstsLimit = 1_000;

const gateway = { kind: 'service', name: 'gateway' } as const;

/** Who takes turns with people for what is fetched for an audience. */
const audienceCaller = 'audiences';

export function createCompletions(options: {
  gate: Gate;
  format: FormatOutcome;
  deadlineMs: number;
  limits: Pick<LiveLimits, 'believedForMs' | 'maxViewersPerFetch' | 'maxRunningCrowds' | 'maxAskedApart'>;
}): Complete {
  const { format, gate, limits } = options;
  const known = new WeakMap<SubgraphResponse, Map<string, Shared>>();
  /**
   * An event comes to many in several frames: by its token and what it says, the first. One token is of one process, as is
   * its placeholder; two events of one post within a second have the same token, and may say different counts.
   */
  const firsts = new LRUCache<string, SubgraphResponse>({ max: firstsLimit, ttl: limits.believedForMs });

  const firstOfEach = new WeakMap<SubgraphResponse, SubgraphResponse>();

  function firstOf(response: SubgraphResponse): SubgraphResponse {
    const before = firstOfEach.get(response);
    if (before) return before;
    const token = audienceOf(response);
    const key = token === undefined ? undefined : `${token} ${JSON.stringify(response.data)}`;
    const first = (key === undefined ? undefined : firsts.get(key)) ?? response;
    if (first === response && key !== undefined) firsts.set(key, response);
    firstOfEach.set(response, first);
    return first;
  }

  const { deadlineMs } = options;
  const crowd = createCrowd({
    maxViewers: limits.maxViewersPerFetch,
    maxAskedApart: limits.maxAskedApart,
    createContext: () => createEdgeContext({ identity: gateway, requestId: randomUUID(), deadlineMs }),
  });

  const completeOne: CompleteOne = async ({ event: { own, response }, leg }, variables, context, batches) => {
    const { signal } = context;
    if (context.identity.kind === 'viewer') context.crowd = crowd;
    const outcome = await executeRest(leg.compiled, response, { variables, context, signal, batches });
    return { pieces: piecesOf(format(outcome), own), missing: outcome.missing };
  };
  const together = createTogether(gate, completeOne, limits);

  async function run(
    item: LegEvent,
    variables: Variables,
    caller: EdgeContext,
    createContext: () => EdgeContext,
  ): Promise<Completed> {
    // Made when its turn comes: the deadline is for the work and not for the wait.
    const complete = () => completeOne(item, variables, createContext(), undefined);
    return item.leg.subscription.hasRest
      ? gate({ caller: caller.caller, signal: caller.signal }, complete)
      : complete();
  }

  function forAudience(item: LegEvent, variables: Variables, first: () => EdgeContext): Shared {
    const response = firstOf(item.event.response);
    let results = known.get(response);
    if (!results) known.set(response, (results = new Map()));
    const { resultKey } = item.leg;
    const found = results.get(resultKey);
    if (found) return found;
    const { requestId } = first();
    const context = () =>
      createEdgeContext({
        identity: anonymous,
        requestId,
        eventAudience: audienceOf(response),
        caller: audienceCaller,
        deadlineMs: options.deadlineMs,
      });
    liveCompletions.labels('audience').inc();
    const shared: Shared = { promise: run(item, variables, context(), context), done: undefined };
    results.set(resultKey, shared);
    const forget = () => void results.delete(resultKey);
    const settle = (completed: Completed) => {
      if (completed.missing) forget();
      else shared.done = completed;
    };
    shared.promise.then(settle, forget);
    return shared;
  }

  async function forViewer(
    item: LegEvent,
    variables: Variables,
    createContext: () => EdgeContext,
    shared?: Shared,
  ): Promise<Completed> {
    const found = await shared?.promise;
    // What is not there for the audience may be there for the viewer: their own question decides.
    if (found && found.missing !== 'gone') return found;
    if (!item.leg.subscription.hasRest) return run(item, variables, createContext(), createContext);
    liveCompletions.labels('viewer').inc();
    return together(item, variables, createContext);
  }

  return (item, variables, createContext) => {
    if (!mayShare(item, limits.believedForMs)) return forViewer(item, variables, createContext);
    const shared = forAudience(item, variables, createContext);
    return shared.done ?? forViewer(item, variables, createContext, shared);
  };
}

/**
 * Whether the same result is right for all who are told the event. Not of one that has waited: somebody may have
 * blocked somebody since the owner looked.
 */
function mayShare({ event, leg }: LegEvent, believedForMs: number): boolean {
  if (!event.own) return false;
  if (!leg.subscription.hasRest) return true;
  const isFresh = performance.now() - event.arrivedAtMs < believedForMs;
  return leg.isSameForAudience && isFresh && audienceOf(event.response) !== undefined;
}

/** The token by which its owner says whom an event is for. */
function audienceOf({ extensions }: SubgraphResponse): string | undefined {
  const audience = extensions?.audience;
  return typeof audience === 'string' ? audience : undefined;
}
