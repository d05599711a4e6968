import { callerKeyOf } from '@murmuration/service-kit';
import { type GraphQLError, getVariableValues } from 'graphql';
import { readEntry } from '../operation/admit.ts';
import type { EdgeContext } from '../operation/context.ts';
import { operationOf } from '../operation/documents/entry.ts';
import { parseDocument } from '../operation/documents/parse-document.ts';
import { edgeCodes } from '../operation/edge-codes.ts';
import { labelsOf } from '../operation/labels.ts';
import type { FormatOutcome } from '../operation/mask-errors.ts';
import { planOf } from '../operation/plan.ts';
import { recoded, refusal } from '../operation/refusal.ts';
import type { Subscribe } from '../operation/road.ts';
import type { Serving } from '../operation/serving.ts';
import type { Admitted } from '../operation/types.ts';
import { switchesOn } from '../operation/documents/switches.ts';
import type { SupergraphHost } from '../supergraph/host.ts';
import { createCompletions } from './completions.ts';
import { contractsIn } from './contracts.ts';
import { createGate } from '../concurrency/gate.ts';
import { createLeg, type Leg } from './leg.ts';
import type { LiveLimits } from './limits.ts';
import { followLimits } from './follow.ts';
import type { Results } from './ordered.ts';
import { createPace } from './pace.ts';
import { createPlaces } from './places.ts';
import type { ResultText } from './result-text.ts';
import { openStream, type Stream } from './stream.ts';
import type { Upstreams } from './upstream/pool.ts';

export interface SubscribeOptions {
  host: Pick<SupergraphHost, 'onSwap'>;
  upstreams: Upstreams;
  limits: LiveLimits;
  format: FormatOutcome;
  /** Of what is fetched for one event. */
  deadlineMs: number;
  maxTokens: number;
  overrideLabels: readonly string[];
}

/** What a subscription needs to be planned anew: nothing of the supergraph that it was admitted by. */
interface Request {
  readonly hash: string;
  readonly text: string;
  readonly name: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  createContext(): EdgeContext;
}

/** Opens admitted subscriptions, and leads them over to each new supergraph that still understands them. */
export function createSubscribe(options: SubscribeOptions): Subscribe {
  const gate = createGate({ max: options.limits.maxRunningRests });
  const complete = createCompletions({ ...options, gate });
  const pace = createPace(followLimits.crowdPerMs);

  /** Each stream at a moment of its own, or a reload would be a storm of subscribes. */
  function onReload(change: (next: Serving) => Promise<void>): () => void {
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

  const places = createPlaces({
    max: options.limits.maxStreams,
    maxPerNetwork: options.limits.maxStreamsPerNetwork,
    maxPerPerson: options.limits.maxStreamsPerPerson,
  });

  // Two functions, so that what keeps a stream alive does not see, and so keep alive, what admitted it.
  function follow(request: Request, leg: Leg, leave: () => void): Results<ResultText> {
    let isOver = false;
    let stopWatching = () => {};
    const stream = openStream({
      upstreams: options.upstreams,
      limits: options.limits,
      format: options.format,
      complete,
      pace,
      leg,
      variables: request.variables,
      createContext: request.createContext,
      onOver() {
        isOver = true;
        leave();
        stopWatching();
      },
    });
    if (!isOver) stopWatching = watch(request, stream);
    return stream.results;
  }

  function watch(request: Request, stream: Stream): () => void {
    return onReload(async (next) => void stream.change(await legOn(next, request, options)));
  }

  return (admitted, createContext) => {
    const problems = variableProblems(admitted);
    if (problems.length > 0) return { errors: problems };
    const { compiled, entry, operation, serving, variables = {} } = admitted;
    if (!compiled) throw new Error('a subscription was admitted without a plan');
    const leg = createLeg(compiled, contractsIn(serving.generation), variables);
    const { address = '', identity } = createContext();
    const person = identity.kind === 'viewer' ? identity.subject : undefined;
    const leave = places.take(person, callerKeyOf(address));
    if (!leave) return { errors: [tooManyStreams()] };
    return follow(
      { hash: entry.hash, text: entry.text, name: operation.name, variables, createContext },
      leg,
      leave,
    );
  };
}

/** @throws when the next supergraph does not understand it any more */
async function legOn(
  next: Serving,
  { createContext, hash, name, text, variables }: Request,
  { maxTokens, overrideLabels }: SubscribeOptions,
): Promise<Leg> {
  const entry = next.entries.byHash(hash) ?? readEntry(next, { hash, text }, parseDocument(text, maxTokens));
  const operation = operationOf(entry, name);
  if (!operation) throw new Error('a document lost its operation');
  const context = createContext();
  const labels = labelsOf(next.generation, context, overrideLabels);
  const plannedFor = { labels, switchesOn: switchesOn(operation.switches, variables) };
  const compiled = await planOf(next, entry, operation, plannedFor, context);
  return createLeg(compiled, contractsIn(next.generation), variables);
}

function tooManyStreams(): GraphQLError {
  return refusal('Too many subscriptions at once. Try again in a moment.', edgeCodes.rateLimited, 503, {
    headers: { 'retry-after': '5' },
  });
}

/** Found before anything is opened upstream. */
function variableProblems({ operation, serving, variables }: Admitted): GraphQLError[] {
  const definitions = operation.node.variableDefinitions ?? [];
  const { apiSchema } = serving.generation;
  const { errors = [] } = getVariableValues(apiSchema, definitions, variables ?? {}, { maxErrors: 20 });
  return errors.map((error) => recoded(error, edgeCodes.badUserInput, 400));
}
