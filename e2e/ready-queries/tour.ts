import { readFileSync } from 'node:fs';

/** An operation of `docs/schema-tour.md`, as it stands there. */
export interface TourOperation {
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  document: string;
  /** With `<Operation.path>` where an earlier answer is meant. */
  variables: Record<string, unknown>;
  /** The sentences before it. */
  caption: string;
}

const page = new URL('../../docs/schema-tour.md', import.meta.url);

/** The operations of the page, in its order. */
export function readTour(): TourOperation[] {
  const parts = readFileSync(page, 'utf8').matchAll(
    /(?<caption>[^`]*?(?:`[^`]+`[^`]*?)*)```graphql\n(?<text>.*?)```/gs,
  );
  return [...parts].map(({ groups = {} }) => {
    const { caption = '', text = '' } = groups;
    const [, given] = /^# variables: (.+)$/m.exec(text) ?? [];
    const [, kind, name] = /^(query|mutation|subscription) (\w+)/m.exec(text) ?? [];
    if (!kind || !name) throw new Error(`An operation of the tour has no name:\n${text}`);
    return {
      name,
      kind: kind as TourOperation['kind'],
      document: text.replace(/^#.*\n/gm, ''),
      variables: given ? (JSON.parse(given) as Record<string, unknown>) : {},
      caption,
    };
  });
}

/**
 * Variables with what earlier answers had in the places that they name.
 * @param answers the data by the names of the operations
 * @throws Error when there is nothing in such a place
 */
export function filled(
  { name, variables }: TourOperation,
  answers: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const valueOf = (value: unknown): unknown => {
    const [, from, path] = (typeof value === 'string' && /^<(\w+)\.([\w.]+)>$/.exec(value)) || [];
    if (from === undefined || path === undefined) return value;
    const found = path
      .split('.')
      .reduce<unknown>(
        (at, step) => (at as Record<string, unknown> | null | undefined)?.[step],
        answers.get(from),
      );
    if (found == null) throw new Error(`${name}: there is nothing at ${String(value)}`);
    return found;
  };
  return Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, valueOf(value)]));
}

/** Whether the page says that it is for who is signed in. */
export function needsViewer({ caption }: TourOperation): boolean {
  return caption.includes('_Signed in._');
}
