import type { CompiledOperation, CompiledSubscription } from '../execution/types.ts';
import type { LiveContracts, Resumable } from './contracts.ts';
import type { UpstreamEvent } from './upstream/sink.ts';
import { cursorAlias, type UpstreamTexts, upstreamTexts } from './upstream-text.ts';

/** How a subscription runs on one generation of the supergraph. Over a reload it changes legs. */
export interface Leg {
  compiled: CompiledOperation;
  subscription: CompiledSubscription;
  texts: UpstreamTexts;
  /** Whether all that other subgraphs add to an event is the same for everybody in its audience. */
  isSameForAudience: boolean;
  /** Equal where equal events become equal results, except for cursors. */
  resultKey: string;
}

export type Variables = Readonly<Record<string, unknown>>;

export function createLeg(
  compiled: CompiledOperation,
  { resumables, sameForAudience }: LiveContracts,
  variables: Variables,
): Leg {
  const { subscription } = compiled;
  if (!subscription) throw new Error('only a subscription can be streamed');
  const { fieldName } = subscription.responseShape;
  const contract = withType(compiled, fieldName, resumables.get(fieldName));
  const texts = upstreamTexts(subscription, contract, variables);
  return {
    compiled,
    subscription,
    texts,
    isSameForAudience: [...subscription.rest.coordinates].every((field) => sameForAudience.has(field)),
    resultKey: `${numberOf(compiled)} ${variablesKey(subscription, texts, variables)}`,
  };
}

const numbers = new WeakMap<CompiledOperation, number>();
let last = 0;

function numberOf(compiled: CompiledOperation): number {
  const number = numbers.get(compiled) ?? ++last;
  numbers.set(compiled, number);
  return number;
}

/** Without the variable that only says where the subscription begins. */
function variablesKey({ rest }: CompiledSubscription, texts: UpstreamTexts, variables: Variables): string {
  const onlyAfter = texts.first.variables.filter(
    (name) => texts.resumed && !texts.resumed.variables.includes(name) && !rest.variables.has(name),
  );
  const names = Object.keys(variables).filter((name) => !onlyAfter.includes(name));
  return JSON.stringify(names.toSorted().map((name) => [name, variables[name]]));
}

/** The cursor of an event; undefined when it has none, or when the subscription cannot resume. */
export function cursorOf({ subscription, texts }: Leg, { own, response }: UpstreamEvent): string | undefined {
  if (!texts.resumed) return undefined;
  const event = response.data?.[subscription.responseShape.upstreamKey] as
    | Record<string, unknown>
    | null
    | undefined;
  const cursor = event?.[cursorAlias];
  if (own && cursor === own.placeholder) return own.cursor;
  return typeof cursor === 'string' ? cursor : undefined;
}

/** A directive that names an argument the schema does not have makes nothing resumable. */
function withType(compiled: CompiledOperation, fieldName: string, resumable: Resumable | undefined) {
  const field = compiled.apiSchema.getSubscriptionType()?.getFields()[fieldName];
  const argument = field?.args.find(({ name }) => name === resumable?.after);
  return resumable && argument ? { ...resumable, afterType: String(argument.type) } : undefined;
}
