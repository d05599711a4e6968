import { GraphQLError } from 'graphql';
import type { CompiledOperation } from '../execution/types.ts';
import { errorCode } from '../execution/errors.ts';
import type { EdgeContext } from './context.ts';
import { InvalidDocument } from '../validation/invalid-document.ts';
import { type Entry, entryLimits, type KnownOperation, operationOf } from './documents/entry.ts';
import { edgeCodes } from './edge-codes.ts';
import { headOf, recoded, Refused } from './refusal.ts';
import type { Serving } from './serving.ts';

/** What a plan of an operation is made for. */
export interface PlannedFor {
  /** Labels of `@override(label:)` that are on. */
  readonly labels: readonly string[];
  /** Boolean variables of `@skip` and `@include` that are on. */
  readonly switchesOn: readonly string[];
}

type Waiter = Pick<EdgeContext, 'caller' | 'signal' | 'deadline'>;

/**
 * The compiled plan of an operation, from its entry or from the planner, which also finds out whether a new document is
 * valid: then it is kept. Who waits for it takes turns with others and leaves with their caller or at their deadline.
 * @throws Refused when the document is not valid
 * @throws GraphQLError with a status: 4xx for what the operation is, 5xx for what the planner is
 */
export function planOf(
  serving: Serving,
  entry: Entry,
  operation: KnownOperation,
  plannedFor: PlannedFor,
  waiter: Waiter,
): CompiledOperation | Promise<CompiledOperation> {
  const key = keyOf(plannedFor);
  const known = usedNow(operation.plans, key);
  if (known !== undefined && typeof known !== 'string') return known;
  const { labels, switchesOn } = plannedFor;
  const asked = { ...askedOf(entry, waiter), operationName: operation.name, switchesOn };
  const take = (compiled: CompiledOperation) => {
    keepPlan(serving, entry, operation, key, compiled);
    return compiled;
  };
  if (known !== undefined) return take(serving.generation.compile(entry.text, known, asked));
  return serving.generation.plan(entry.text, { ...asked, overrideLabels: labels }).then(take, refuse);
}

/** What came for the first time is kept asleep, and as it is when it comes again. */
function keepPlan(
  { entries }: Serving,
  entry: Entry,
  operation: KnownOperation,
  key: string,
  compiled: CompiledOperation,
): void {
  const { hash, text } = entry;
  const isFirst = !entries.byHash(hash) && !entries.sleeping(hash);
  if (isFirst) {
    const { name: operationName, runs } = operation;
    entries.putToSleep({ hash, text, operationName, runs, planKey: key, planText: compiled.planText });
  }
  const kept = isFirst ? entry : entries.keep(entry);
  const { plans } = operationOf(kept, operation.name) ?? operation;
  const [longestUnused] = plans.keys();
  const isFull = plans.size >= entryLimits.plansPerOperation && !plans.has(key);
  if (isFull && longestUnused !== undefined) plans.delete(longestUnused);
  plans.set(key, compiled);
  entries.grew(kept);
}

/** The plan under a key, which then is the last of them. */
function usedNow(plans: KnownOperation['plans'], key: string): CompiledOperation | string | undefined {
  const plan = plans.get(key);
  if (plan && plans.size > 1) {
    plans.delete(key);
    plans.set(key, plan);
  }
  return plan;
}

function keyOf({ labels, switchesOn }: PlannedFor): string {
  return labels.length + switchesOn.length === 0 ? '' : `${labels.join(' ')}\n${switchesOn.join(' ')}`;
}

/** What those plans of an operation were made for, by their keys, that were used last; the very last comes first. */
export function lastPlannedFor({ plans }: KnownOperation, most: number): PlannedFor[] {
  return [...plans.keys()]
    .slice(-most)
    .toReversed()
    .map((key) => {
      const [labels = [], switchesOn = []] = key.split('\n').map((names) => names.split(' ').filter(Boolean));
      return { labels, switchesOn };
    });
}

/**
 * Takes a document into the cache that somebody else plans, if it is valid.
 * @throws as planOf
 */
export async function checkEntry(
  { entries, generation }: Serving,
  entry: Entry,
  waiter: Waiter,
): Promise<void> {
  if (entries.byHash(entry.hash)) return;
  // What slept has been found valid already.
  if (!entry.isValid) await generation.check(entry.text, askedOf(entry, waiter)).catch(refuse);
  entries.keep(entry);
}

function askedOf({ document, hash, isValid }: Entry, { caller, deadline, signal }: Waiter) {
  return { document, documentKey: hash, isValid, signal, deadline, caller };
}

function refuse(error: unknown): never {
  if (error instanceof InvalidDocument) {
    throw new Refused(error.errors.map((one) => recoded(one, edgeCodes.validationFailed, 400)));
  }
  throw error instanceof GraphQLError ? withStatus(error) : error;
}

/** What cannot be planned is a request error if it is said of the operation; else the planner has failed. */
function withStatus(error: GraphQLError): GraphQLError {
  if (headOf(error).status !== undefined) return error;
  switch (error.extensions.code) {
    case errorCode.internal:
      error.extensions.http = { status: 500 } as never;
      break;
    case errorCode.busy:
    case errorCode.downstream:
      error.extensions.http = { status: 503, headers: new Map([['retry-after', '1']]) } as never;
      break;
    default:
  }
  return error;
}
