import type { CompiledOperation, CompiledSubscription, SubgraphResponse } from '../execution/types.ts';
import type { Resumable } from './resumable.ts';
import { cursorAlias, type UpstreamTexts, upstreamTexts } from './upstream-text.ts';

/** How a subscription runs on one generation of the supergraph. Over a reload it changes legs. */
export interface Leg {
  compiled: CompiledOperation;
  subscription: CompiledSubscription;
  texts: UpstreamTexts;
}

export type Variables = Readonly<Record<string, unknown>>;

export function createLeg(
  compiled: CompiledOperation,
  resumable: Resumable | undefined,
  variables: Variables,
): Leg {
  const { subscription } = compiled;
  if (!subscription) throw new Error('only a subscription can be streamed');
  const contract = withType(compiled, subscription.responseShape.fieldName, resumable);
  return { compiled, subscription, texts: upstreamTexts(subscription, contract, variables) };
}

/** The cursor of an event; undefined when it has none, or when the subscription cannot resume. */
export function cursorOf({ subscription, texts }: Leg, { data }: SubgraphResponse): string | undefined {
  if (!texts.resumed) return undefined;
  const event = data?.[subscription.responseShape.upstreamKey] as Record<string, unknown> | null | undefined;
  const cursor = event?.[cursorAlias];
  return typeof cursor === 'string' ? cursor : undefined;
}

/** A directive that names an argument the schema does not have makes nothing resumable. */
function withType(compiled: CompiledOperation, fieldName: string, resumable: Resumable | undefined) {
  const field = compiled.apiSchema.getSubscriptionType()?.getFields()[fieldName];
  const argument = field?.args.find(({ name }) => name === resumable?.after);
  return resumable && argument ? { ...resumable, afterType: String(argument.type) } : undefined;
}
