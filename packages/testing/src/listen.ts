import { type DocumentNode, type ExecutionArgs, type ExecutionResult, parse, subscribe } from 'graphql';

/** A subscription in process, collecting what it is told. */
export interface Listening<Event> {
  events: Event[];
  /** Codes of errors, of the whole subscription or of an event. */
  codes: string[];
  /** Resolves when the stream has ended. */
  ended: Promise<void>;
  hangUp(): Promise<void>;
}

/**
 * Runs a subscription of one root field against a schema, as its server would.
 * @throws nothing: an error of the subscription itself is among the codes
 */
export async function listenTo<Event>(
  args: Omit<ExecutionArgs, 'document'> & { document: DocumentNode | string },
): Promise<Listening<Event>> {
  const document = typeof args.document === 'string' ? parse(args.document) : args.document;
  const listening = { events: [] as Event[], codes: [] as string[] };
  const note = ({ data, errors }: ExecutionResult) => {
    for (const error of errors ?? []) listening.codes.push(String(error.extensions['code'] ?? error.message));
    const [event] = Object.values(data ?? {});
    // As it would arrive: plain objects.
    if (event) listening.events.push(JSON.parse(JSON.stringify(event)) as Event);
  };
  const results = await subscribe({ ...args, document });
  if (!(Symbol.asyncIterator in results)) {
    note(results);
    return { ...listening, ended: Promise.resolve(), hangUp: async () => undefined };
  }
  const ended = (async () => {
    for await (const result of results) note(result);
  })();
  return {
    ...listening,
    ended,
    async hangUp() {
      await results.return?.();
      await ended;
    },
  };
}
