import { downstreamError } from '@murmuration/service-kit';
import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import type { EdgeContext } from '../context.ts';
import { executeRest } from '../execution/execute.ts';
import type { CompiledOperation, ExecutionOutcome, SubgraphResponse } from '../execution/types.ts';
import type { FormatOutcome } from '../plugins/mask-errors.ts';
import { type FollowEnd, follow } from './follow.ts';
import type { LiveLimits } from './limits.ts';
import { createOrderedWork } from './ordered.ts';
import type { Resumable } from './resumable.ts';
import type { Upstreams } from './upstream/pool.ts';
import { afterVariable, cursorAlias, upstreamTexts } from './upstream-text.ts';

export interface StreamOptions {
  compiled: CompiledOperation;
  resumable: Resumable | undefined;
  variables: Readonly<Record<string, unknown>>;
  upstreams: Upstreams;
  limits: Pick<LiveLimits, 'restConcurrency' | 'maxQueuedEvents'>;
  /** A context for the subscribe, and a fresh one for each event. */
  createContext(): EdgeContext;
  format: FormatOutcome;
}

/** The client does not read as fast as events come, and what waits for it is at its bound. */
export class SlowConsumer extends Error {
  override readonly name = 'SlowConsumer';
}

/**
 * One federated subscription: its owner's events in their order, each completed by the other subgraphs.
 * Ends when the reader returns.
 */
export function openStream(options: StreamOptions): AsyncGenerator<FormattedExecutionResult, void> {
  const { compiled, upstreams, variables, limits } = options;
  const { subscription } = compiled;
  if (!subscription) throw new Error('only a subscription can be streamed');
  const { upstreamKey, fieldName } = subscription.responseShape;
  const resumable = withType(compiled, fieldName, options.resumable);
  const texts = upstreamTexts(subscription, resumable, variables);

  const work = createOrderedWork<SubgraphResponse | FollowEnd, FormattedExecutionResult>(
    async (item) => {
      if ('kind' in item) return options.format(outcomeOfEnd(item, subscription.serviceName));
      const context = options.createContext();
      return options.format(
        await executeRest(compiled, item, { variables, context, signal: context.signal }),
      );
    },
    {
      concurrency: limits.restConcurrency,
      longest: limits.maxQueuedEvents,
      onStop: () => following.stop(),
    },
  );

  const following = follow({
    startsAt: texts.startsAt,
    open(cursor, sink) {
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
        sink,
      );
    },
    cursorOf: resumable ? (event) => takeCursor(event, upstreamKey) : () => undefined,
    onEvent(event) {
      if (work.push(event)) return;
      following.stop();
      work.fail(new SlowConsumer('the client reads too slowly'));
    },
    onEnd(end) {
      if (end.kind !== 'completed') work.push(end);
      work.end();
    },
  });
  return work.results;
}

/** A directive that names an argument the schema does not have makes nothing resumable. */
function withType(compiled: CompiledOperation, fieldName: string, resumable: Resumable | undefined) {
  const field = compiled.apiSchema.getSubscriptionType()?.getFields()[fieldName];
  const argument = field?.args.find(({ name }) => name === resumable?.after);
  return resumable && argument ? { ...resumable, afterType: String(argument.type) } : undefined;
}

function takeCursor({ data }: SubgraphResponse, upstreamKey: string): string | undefined {
  const event = data?.[upstreamKey] as Record<string, unknown> | null | undefined;
  const cursor = event?.[cursorAlias];
  return typeof cursor === 'string' ? cursor : undefined;
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

function pick(variables: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return Object.fromEntries(names.flatMap((name) => (name in variables ? [[name, variables[name]]] : [])));
}
