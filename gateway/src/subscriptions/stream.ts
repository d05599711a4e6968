import { downstreamError } from '@murmuration/service-kit';
import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import type { EdgeContext } from '../context.ts';
import { executeRest } from '../execution/execute.ts';
import type { ExecutionOutcome, SubgraphResponse } from '../execution/types.ts';
import type { FormatOutcome } from '../plugins/mask-errors.ts';
import { type FollowEnd, follow } from './follow.ts';
import type { Gate } from './gate.ts';
import { cursorOf, type Leg, type Variables } from './leg.ts';
import type { LiveLimits } from './limits.ts';
import { createOrderedWork } from './ordered.ts';
import type { Upstreams } from './upstream/pool.ts';
import type { UpstreamSink } from './upstream/sink.ts';
import { afterVariable } from './upstream-text.ts';

export interface StreamOptions {
  leg: Leg;
  variables: Variables;
  upstreams: Upstreams;
  gate: Gate;
  limits: Pick<LiveLimits, 'restConcurrency' | 'maxQueuedEvents'>;
  /** A context for the subscribe, and a fresh one for each event. */
  createContext(): EdgeContext;
  format: FormatOutcome;
  /** Called once when nothing more comes. */
  onOver(): void;
}

export interface Stream {
  results: AsyncGenerator<FormattedExecutionResult, void>;
  /**
   * Goes on with another leg behind the last event. False when it has no cursor to go on from; it then stays
   * on the leg it has.
   */
  change(next: Leg): boolean;
}

/** The client does not read as fast as events come, and what waits for it is at its bound. */
export class SlowConsumer extends Error {
  override readonly name = 'SlowConsumer';
}

/**
 * One federated subscription: its owner's events in their order, each completed by the other subgraphs.
 * Ends when the reader returns.
 */
export function openStream(options: StreamOptions): Stream {
  const { upstreams, variables, limits } = options;
  let leg = options.leg;

  const work = createOrderedWork<LegEvent | FollowEnd, FormattedExecutionResult>(
    async (item) => {
      if ('kind' in item) return options.format(outcomeOfEnd(item, leg.subscription.serviceName));
      const complete = () => {
        // Made when its turn comes: the deadline is for the work and not for the wait.
        const context = options.createContext();
        const args = { variables, context, signal: context.signal };
        return executeRest(item.leg.compiled, item.event, args);
      };
      const { hasRest } = item.leg.subscription;
      return options.format(await (hasRest ? options.gate(complete) : complete()));
    },
    { concurrency: limits.restConcurrency, longest: limits.maxQueuedEvents, onStop: () => finish() },
  );

  function open(cursor: string | undefined, sink: UpstreamSink<LegEvent>): () => void {
    const { subscription, texts } = leg;
    const opened = leg;
    const text = cursor === undefined ? texts.first : (texts.resumed ?? texts.first);
    return upstreams.subscribe(
      { name: subscription.serviceName, url: subscription.url },
      {
        query: text.query,
        operationName: subscription.operationName,
        variables: {
          ...pick(variables, text.variables),
          ...(cursor === undefined ? {} : { [afterVariable]: cursor }),
        },
      },
      options.createContext(),
      { ...sink, next: (event) => sink.next({ event, leg: opened }) },
    );
  }

  const following = follow<LegEvent>({
    startsAt: leg.texts.startsAt,
    open,
    cursorOf: (item) => cursorOf(item.leg, item.event),
    onEvent(item) {
      if (work.push(item)) return;
      work.fail(new SlowConsumer('the client reads too slowly'));
      finish();
    },
    onEnd(end) {
      if (end.kind !== 'completed') work.push(end);
      work.end();
      options.onOver();
    },
  });

  function finish(): void {
    following.stop();
    options.onOver();
  }

  return {
    results: work.results,
    change(next) {
      if (!next.texts.resumed) return false;
      const before = leg;
      leg = next;
      if (following.move()) return true;
      leg = before;
      return false;
    },
  };
}

interface LegEvent {
  event: SubgraphResponse;
  leg: Leg;
}

function outcomeOfEnd(end: FollowEnd, subgraph: string): ExecutionOutcome {
  switch (end.kind) {
    case 'refused':
      return {
        errors: end.errors.map(
          ({ message, extensions }) =>
            new GraphQLError(message ?? 'The subscription was refused', { extensions: { ...extensions } }),
        ),
      };
    case 'lost':
      return { errors: [downstreamError(subgraph, new Error(end.because))] };
    case 'completed':
      return {};
    default:
      return end satisfies never;
  }
}

function pick(variables: Variables, names: readonly string[]) {
  return Object.fromEntries(names.flatMap((name) => (name in variables ? [[name, variables[name]]] : [])));
}
