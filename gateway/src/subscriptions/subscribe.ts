import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
  getVariableValues,
} from 'graphql';
import type { EdgeContext } from '../context.ts';
import { edgeCodes } from '../edge-codes.ts';
import type { Generation } from '../planning/types.ts';
import type { FormatOutcome } from '../plugins/mask-errors.ts';
import type { ListLimit } from '../plugins/list-limit.ts';
import type { RateLimit } from '../plugins/rate-limit.ts';
import type { SupergraphHost } from '../supergraph/host.ts';
import { coded, type ReadDocument } from './documents.ts';
import { createGate } from './gate.ts';
import { createLeg, type Leg } from './leg.ts';
import type { LiveLimits } from './limits.ts';
import type { Admitted, OperationRequest } from './operations.ts';
import { type Resumable, resumablesOf } from './resumable.ts';
import { openStream } from './stream.ts';
import type { Upstreams } from './upstream/pool.ts';

export interface SubscribeOptions {
  host: SupergraphHost;
  upstreams: Upstreams;
  limits: LiveLimits;
  rateLimit: RateLimit;
  listLimit: ListLimit;
  format: FormatOutcome;
  readDocument: ReadDocument;
}

export type Subscribe = (
  admitted: Admitted,
  createContext: () => EdgeContext,
) => Promise<AsyncGenerator<FormattedExecutionResult, void> | FormattedExecutionResult>;

/** Opens subscriptions, and leads them over to each new supergraph that still understands them. */
export function createSubscribe(options: SubscribeOptions): Subscribe {
  const gate = createGate(options.limits.maxRunningRests);
  const resumables = new WeakMap<Generation, ReadonlyMap<string, Resumable>>();

  async function legOn(
    generation: Generation,
    document: DocumentNode,
    request: OperationRequest,
  ): Promise<Leg> {
    const compiled = await generation.plan(document, request.operationName ?? undefined, {
      documentKey: request.query,
    });
    const known = resumables.get(generation) ?? resumablesOf(generation.supergraphSdl);
    resumables.set(generation, known);
    const field = compiled.subscription?.responseShape.fieldName ?? '';
    return createLeg(compiled, known.get(field), request.variables ?? {});
  }

  /** Each stream at a moment of its own, or a reload would be a storm of subscribes. */
  function onReload(change: (generation: Generation) => Promise<void>): () => void {
    let timer: NodeJS.Timeout | undefined;
    const stop = options.host.onSwap((next) => {
      clearTimeout(timer);
      const run = () => void change(next).catch(() => undefined); // it stays on the leg it has
      timer = setTimeout(run, Math.random() * options.limits.changeWithinMs).unref();
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  return async ({ document, generation, request }, createContext) => {
    const problems = variableProblems(generation, document, request);
    if (problems.length > 0) return options.format({ errors: problems });
    try {
      options.listLimit.check(document, request.operationName, request.variables);
      await options.rateLimit.take(document, request.operationName, createContext());
      const leg = await legOn(generation, document, request);
      let isOver = false;
      let stopWatching = () => {};
      const stream = openStream({
        ...options,
        gate,
        leg,
        variables: request.variables ?? {},
        createContext,
        onOver() {
          isOver = true;
          stopWatching();
        },
      });
      if (isOver) return stream.results;
      stopWatching = onReload(async (next) => {
        const again = options.readDocument(request.query, next);
        if ('kind' in again) stream.change(await legOn(next, again, request));
      });
      return stream.results;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return options.format({ errors: [error] });
    }
  };
}

/** Found before anything is opened upstream. */
function variableProblems(
  { apiSchema }: Generation,
  document: DocumentNode,
  { operationName, variables }: OperationRequest,
): GraphQLError[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const { errors = [] } = getVariableValues(apiSchema, definitions, variables ?? {}, { maxErrors: 20 });
  return errors.map((error) => coded(error, edgeCodes.badUserInput));
}
