import { switchesOn } from './documents/switches.ts';
import type { EdgeContext } from './context.ts';
import { createEntry, type Entry, type KnownOperation, operationOf } from './documents/entry.ts';
import type { Examine } from './documents/examine.ts';
import type { ParsedDocument } from './documents/parse-document.ts';
import type { PersistedTexts } from './documents/persisted.ts';
import { edgeCodes } from './edge-codes.ts';
import { labelsOf } from './labels.ts';
import { checkListItems } from './limits/list-limit.ts';
import type { TakePoints } from './limits/rate-limit.ts';
import { checkEntry, planOf } from './plan.ts';
import { refusal } from './refusal.ts';
import type { Serving } from './serving.ts';
import type { Admitted, Asked, Headers, OperationRequest } from './types.ts';

export interface AdmitOptions {
  serving(): Serving;
  examine: Examine;
  persisted: PersistedTexts | undefined;
  takePoints: TakePoints | undefined;
  maxListItems: number;
  /** Labels of `@override(label:)` that are on for everybody. */
  overrideLabels: readonly string[];
  /** Whether queries and mutations are planned here, and not by Apollo's executor. */
  plansAll: boolean;
}

/**
 * The way in. `headers` gains what the caller is to hear of their points, refused or not.
 * @throws GraphQLError or Refused, with the status that they have over HTTP
 */
export type Admit = (asked: Asked, context: EdgeContext, headers: Headers) => Promise<Admitted>;

/**
 * What an operation meets before it runs, whatever transport brought it, in this order: persisted and trusted
 * documents, parsing, measuring, points, the sizes of its lists, validation and its plan. What can be said of a document
 * alone is found out once and kept in its entry.
 */
export function createAdmit(options: AdmitOptions): Admit {
  const { examine, maxListItems, persisted, takePoints } = options;

  async function entryOf(
    request: OperationRequest,
    serving: Serving,
    { caller }: EdgeContext,
    headers: Headers,
  ): Promise<{ entry: Entry; isToBeKept: boolean }> {
    const examining = examine(request, serving.entries);
    const examined = examining instanceof Promise ? await examining : examining;
    // What is refused has its price too, or it would be the cheaper way to keep us busy.
    if (takePoints) Object.assign(headers, await takePoints(caller, examined.points));
    switch (examined.status) {
      case 'known':
        return { entry: examined.entry, isToBeKept: false };
      case 'refused':
        throw examined.error;
      case 'new': {
        const { found, parsed } = examined;
        return { entry: readEntry(serving, found, parsed), isToBeKept: found.isToBeKept };
      }
      default:
        return examined satisfies never;
    }
  }

  /** Validates and plans what is new; that takes time and turns. */
  function compiledOf(
    serving: Serving,
    entry: Entry,
    operation: KnownOperation,
    variables: OperationRequest['variables'],
    context: EdgeContext,
  ): Admitted['compiled'] | Promise<Admitted['compiled']> {
    if (!options.plansAll && operation.kind !== 'subscription') {
      const isKept = serving.entries.byHash(entry.hash) !== undefined;
      return isKept ? undefined : checkEntry(serving, entry, context).then(() => undefined);
    }
    const labels = labelsOf(serving.generation, context, options.overrideLabels);
    const plannedFor = { labels, switchesOn: switchesOn(operation.switches, variables) };
    return planOf(serving, entry, operation, plannedFor, context);
  }

  return async (asked, context, headers) => {
    const { request } = asked;
    const { variables } = request;
    const serving = options.serving();
    const { entry, isToBeKept } = await entryOf(request, serving, context, headers);
    const operation = operationOf(entry, request.operationName);
    if (!operation) throw whichOperation(request.operationName);
    checkTransport(operation, asked);
    checkListItems(operation.lists, variables, maxListItems);
    const compiled = await compiledOf(serving, entry, operation, variables, context);
    if (isToBeKept) await persisted?.keep(entry.hash, entry.text);
    return { serving, entry, operation, variables, compiled };
  };
}

/** The entry of a document that has been parsed and measured; a new one is kept when it comes again. */
export function readEntry(
  { entries }: Serving,
  { hash, text }: { hash: string; text: string },
  parsed: ParsedDocument,
): Entry {
  // While this one waited for its points another may have been faster.
  return entries.byHash(hash) ?? createEntry(hash, text, parsed, entries.sleeping(hash));
}

function whichOperation(name: string | undefined) {
  const message = name === undefined ? 'Which operation? Name one.' : `Unknown operation named "${name}".`;
  return refusal(message, edgeCodes.badUserInput, 400);
}

/** @throws GraphQLError for what cannot come by this transport */
function checkTransport({ kind }: KnownOperation, { mayMutate, mayStream }: Asked): void {
  if (kind === 'mutation' && !mayMutate) {
    throw refusal('A mutation needs POST.', edgeCodes.badUserInput, 405, { headers: { allow: 'POST' } });
  }
  if (kind === 'subscription' && !mayStream) {
    throw refusal('Subscriptions are served over a streaming transport.', edgeCodes.badUserInput, 400);
  }
}
