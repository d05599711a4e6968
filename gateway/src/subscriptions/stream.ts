import { downstreamError } from '@murmuration/service-kit';
import { GraphQLError } from 'graphql';
import type { ExecutionOutcome } from '../execution/types.ts';
import type { EdgeContext } from '../operation/context.ts';
import { edgeCodes } from '../operation/edge-codes.ts';
import type { FormatOutcome } from '../operation/mask-errors.ts';
import { completePatiently, type PatienceLimits } from './complete-event.ts';
import type { Completed, LegEvent } from './completed.ts';
import type { Complete } from './completions.ts';
import { type FollowEnd, follow } from './follow.ts';
import { cursorOf, type Leg, type Variables } from './leg.ts';
import type { LiveLimits } from './limits.ts';
import {
  liveEventWait,
  queuedEvents,
  type StreamEnd,
  streamEnds,
  streamReturns,
  streamStarts,
} from './metrics.ts';
import { createOrderedWork, type Results, type Worked } from './ordered.ts';
import type { Pace } from './pace.ts';
import { type ResultText, textFor, textOf } from './result-text.ts';
import type { Upstreams } from './upstream/pool.ts';
import type { UpstreamSink } from './upstream/sink.ts';
import { createWaits } from './waits.ts';

export interface StreamOptions {
  leg: Leg;
  variables: Variables;
  upstreams: Upstreams;
  complete: Complete;
  /** Of streams that hear their owner again, for all of the process. */
  pace: Pace;
  limits: Pick<LiveLimits, 'restConcurrency' | 'maxQueuedEvents' | 'believedForMs' | 'calmAfterMs'> &
    PatienceLimits;
  /** A context for the subscribe, and a fresh one for each event. */
  createContext(): EdgeContext;
  format: FormatOutcome;
  /** Called once when nothing more comes. */
  onOver(): void;
}

export interface Stream {
  results: Results<ResultText>;
  /**
   * Goes on with another leg behind the last event. False when it has no cursor to go on from; it then stays
   * on the leg it has.
   */
  change(next: Leg): boolean;
}

/** What waits for a client is at its bound, and does not come again: the subscription has no cursors. */
export class SlowConsumer extends Error {
  override readonly name = 'SlowConsumer';
}

/** An event, and the cursor behind which it comes again. */
interface FollowedEvent extends LegEvent {
  readonly behind: string | undefined;
}

/**
 * One federated subscription: its owner's events in their order, each completed by the other subgraphs. One that
 * cannot be completed ends it before that event, whose cursor the client has not seen: there it continues. Where
 * events had to wait, it goes back to the last one told and hears the owner anew; where more come than may wait, it hears
 * nothing until some are told. Ends when the reader returns.
 */
export function openStream({ leg: first, ...options }: StreamOptions): Stream {
  const { pace, upstreams, variables, limits } = options;
  // Not among the options, which the stream holds: it would hold the supergraph that it began on.
  let leg = first;
  let hasEnded = false;
  let isLeft = false;
  const waits = createWaits(limits);
  let isGivingUp = false;

  const work = createOrderedWork<FollowedEvent, ResultText>(worked, {
    concurrency: limits.restConcurrency,
    longest: limits.maxQueuedEvents,
    onWaiting: (change) => queuedEvents.inc(change),
    onStop() {
      isLeft = true;
      finish('left');
    },
    comesAgain({ behind, event }) {
      // Without a cursor before it nobody could tell it again.
      if (behind === undefined || hasEnded || !waits.isDoubtful(event)) {
        waits.told(event);
        return false;
      }
      // First, for what is heard as soon as it is opened belongs to the new round.
      waits.comesAgain(event);
      streamReturns.inc();
      following.goBack(behind, pace());
      return true;
    },
    onRoom() {
      if (!hasEnded) following.goOn(pace());
    },
  });

  function worked(item: LegEvent): Worked<ResultText> | Promise<Worked<ResultText>> {
    const completed = options.complete(item, variables, options.createContext);
    if (!(completed instanceof Promise) && completed.missing === undefined) return told(item, completed);
    return workedLater(item, completed);
  }

  async function workedLater(
    item: LegEvent,
    completed: Completed | Promise<Completed>,
  ): Promise<Worked<ResultText>> {
    const begunMs = performance.now();
    const isOn = waits.round();
    const first = await completed;
    if (!isOn()) return {};
    if (first.missing !== 'away') return told(item, first);
    const wait = waits.begin(item.event, begunMs);
    const attempt = () => options.complete(item, variables, options.createContext);
    const isWaitedFor = () => wait.isOn() && !isGivingUp && !isLeft;
    try {
      const last = await completePatiently({ begunMs: wait.begunMs, first }, attempt, isWaitedFor, limits);
      return wait.isOn() ? told(item, last) : {};
    } finally {
      wait.end();
    }
  }

  function told(item: LegEvent, { missing, pieces }: Completed): Worked<ResultText> {
    switch (missing) {
      case 'away':
        finish('incomplete');
        return { result: textOfOutcome({ errors: [eventIncomplete()] }), isLast: true };
      case 'gone':
        return {};
      case undefined:
        liveEventWait.observe((performance.now() - item.event.arrivedAtMs) / 1_000);
        return { result: textFor(pieces, item.event.own) };
      default:
        return missing satisfies never;
    }
  }

  function textOfOutcome(outcome: ExecutionOutcome): ResultText {
    return textOf(options.format(outcome));
  }

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
          ...(cursor === undefined ? {} : { [texts.afterVariable]: cursor }),
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
    onEvent(item, behind) {
      if (work.push({ ...item, behind })) return;
      // Its owner tells more at once than can be told on, as to who missed much: the rest is heard once there is room.
      if (behind !== undefined) return following.hold(behind);
      if (!waits.areSome()) {
        finish('slow');
        return work.fail(new SlowConsumer('the client reads too slowly'));
      }
      // Not the client is slow: what waits is at its bound because a part of the graph is away.
      isGivingUp = true;
      finish('incomplete');
      work.end(textOfOutcome({ errors: [eventIncomplete()] }));
    },
    onEnd(end) {
      // First, for whoever takes the last result leaves.
      over(end.kind);
      if (end.kind === 'completed') work.end();
      else work.end(textOfOutcome(outcomeOfEnd(end, leg.subscription.serviceName)));
    },
  });

  function finish(because: StreamEnd): void {
    following.stop();
    over(because);
  }

  function over(because: StreamEnd): void {
    if (hasEnded) return;
    hasEnded = true;
    streamEnds.labels(because).inc();
    options.onOver();
  }

  streamStarts.inc();
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

function eventIncomplete(): GraphQLError {
  const message = 'An event could not be completed in time. Subscribe again behind the last one.';
  return new GraphQLError(message, { extensions: { code: edgeCodes.eventIncomplete } });
}

function outcomeOfEnd(end: Exclude<FollowEnd, { kind: 'completed' }>, subgraph: string): ExecutionOutcome {
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
    default:
      return end satisfies never;
  }
}

function pick(variables: Variables, names: readonly string[]) {
  return Object.fromEntries(names.flatMap((name) => (name in variables ? [[name, variables[name]]] : [])));
}
