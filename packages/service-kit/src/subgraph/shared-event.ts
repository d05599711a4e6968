import { randomUUID } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { Pourable } from '../live/stream.ts';

/**
 * An event that many streams are told alike: its fields resolve to the same for every one of them, whoever they are for,
 * except `cursor`. It is executed and written once for all whose operations are equal.
 */
export class SharedEvent {
  /** One object for all who are told. */
  readonly content: object;
  /** Of one stream: takes the place of the content's `cursor`. */
  readonly cursor: string;
  /** Token that lets anybody's gateway read what the event names once for all (see event-audience.ts). */
  readonly audience: string | undefined;

  constructor(content: object, cursor: string, audience?: string) {
    this.content = content;
    this.cursor = cursor;
    this.audience = audience;
  }
}

/** A stream of nothing but events that many are told alike: they are told in the turn in which they come. */
export class SharedStream<Event = unknown> implements Pourable<SharedEvent> {
  readonly #events: Pourable<Event>;
  readonly #share: (event: Event) => SharedEvent;

  constructor(events: Pourable<Event>, share: (event: Event) => SharedEvent) {
    this.#events = events;
    this.#share = share;
  }

  async next(): Promise<IteratorResult<SharedEvent, undefined>> {
    const { done, value } = await this.#events.next();
    return done ? { done, value: undefined } : { done: false, value: this.#share(value) };
  }

  pour(take: (event: SharedEvent) => Promise<void> | undefined): Promise<void> {
    return this.#events.pour((event) => take(this.#share(event)));
  }

  async return(): Promise<IteratorResult<SharedEvent, undefined>> {
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What the resolver of a subscription is given, whoever executes it, as a stream's own event. */
export function eventOf<Event extends object>(given: Event | SharedEvent): Event {
  return given instanceof SharedEvent
    ? ({ ...given.content, cursor: given.cursor } as unknown as Event)
    : given;
}

/** A result as JSON text with a gap wherever the cursor stands. */
export interface SharedText {
  /** With {@link cursorPlaceholder} in the gaps. */
  readonly whole: string;
  /** What stands between the gaps. */
  readonly pieces: readonly string[];
}

/** Stands for a cursor while an event is executed. Nobody can guess it, so no text of anybody's contains it. */
export const cursorPlaceholder = `cursor-${randomUUID()}`;

const gap = JSON.stringify(cursorPlaceholder);

interface Known {
  document: DocumentNode;
  operationName: unknown;
  variables: string;
  /** A promise until it is written. */
  text: SharedText | Promise<SharedText>;
}

/**
 * Executes each event once for all operations that are equal but for the arguments of their root field, which only
 * choose where a stream begins.
 */
export function createSharedTexts(
  format: (result: ExecutionResult, args: ExecutionArgs) => object,
): (event: SharedEvent, args: ExecutionArgs) => SharedText | Promise<SharedText> {
  const known = new WeakMap<object, Known[]>();

  async function write({ audience, content }: SharedEvent, args: ExecutionArgs): Promise<SharedText> {
    const rootValue = { ...content, cursor: cursorPlaceholder };
    const result = format(await execute({ ...args, rootValue }), args);
    const whole = JSON.stringify(audience === undefined ? result : { ...result, extensions: { audience } });
    return { whole, pieces: whole.split(gap) };
  }

  return (event, args) => {
    const { document, operationName } = args;
    const variables = innerVariables(args);
    let texts = known.get(event.content);
    if (!texts) known.set(event.content, (texts = []));
    const found = texts.find(
      (one) =>
        one.document === document && one.operationName === operationName && one.variables === variables,
    );
    if (found) return found.text;
    const text = write(event, args);
    const made: Known = { document, operationName, variables, text };
    texts.push(made);
    const settle = (written: SharedText) => {
      made.text = written;
    };
    text.then(settle, () => undefined);
    return text;
  };
}

const innerNames = new WeakMap<OperationDefinitionNode, readonly string[]>();

/** The values of variables that stand elsewhere than in the arguments of the root field. */
function innerVariables({ document, operationName, variableValues }: ExecutionArgs): string {
  const operation = getOperationAST(document, operationName);
  if (!operation || !variableValues) return '';
  let names = innerNames.get(operation);
  if (!names) innerNames.set(operation, (names = innerNamesOf(document, operation)));
  return names.length === 0 ? '' : JSON.stringify(names.map((name) => variableValues[name]));
}

function innerNamesOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const names = new Set<string>();
  const add = (node: Parameters<typeof visit>[0]) =>
    visit(node, { Variable: ({ name }) => void names.add(name.value) });
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) add(definition);
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind === Kind.FIELD) add({ ...selection, arguments: [] });
    else add(selection);
  }
  return [...names];
}

/** The text with a stream's cursor in its gaps. */
export function fillGaps({ pieces }: SharedText, cursor: string): string {
  return pieces.length === 1 ? (pieces[0] ?? '') : pieces.join(JSON.stringify(cursor));
}
