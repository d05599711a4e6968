import { readFile } from 'node:fs/promises';
import { type DocumentNode, type GraphQLSchema, Kind, parse, print, validate } from 'graphql';

/** One ready query of the IDE page. */
export interface Example {
  name: string;
  query: string;
  /** JSON text of the variables. */
  variables: string;
  /** Signs somebody in: its answer holds an access token, and the page offers it as a button. */
  isSignIn: boolean;
}

/** Queries run when the page opens, by the name of the variable that their one value fills. */
export type Fill = Record<string, string>;

export interface ParsedExample extends Example {
  fill: Fill;
}

const defaultFile = new URL('../../examples/murmuration.graphql', import.meta.url);

/**
 * Reads operations from a file. The comment lines above one belong to it; among them `# variables: {…}` and
 * `# fill name: { query }` give its variables. What does not fit the schema is left out, so that the file of
 * one graph does no harm before another.
 */
export async function readExamples(
  file: string | undefined,
  schema: GraphQLSchema,
): Promise<ParsedExample[]> {
  const text = await readFile(file ?? defaultFile, 'utf8').catch(() => '');
  if (text.trim() === '') return [];
  return parse(text).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.loc || !definition.name) return [];
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition] };
    if (validate(schema, document).length > 0) return [];
    const { comments, variables, fill } = readComments(text.slice(0, definition.loc.start));
    const name = definition.name.value;
    const query = [...comments, print(definition)].join('\n');
    return [{ name, query, variables, fill, isSignIn: name.startsWith('SignIn') }];
  });
}

function readComments(before: string): { comments: string[]; variables: string; fill: Fill } {
  const lines = before.trimEnd().split('\n');
  const start = lines.findLastIndex((line) => !line.startsWith('#')) + 1;
  const comments: string[] = [];
  const fill: Fill = {};
  let variables = '{}';
  for (const line of lines.slice(start)) {
    const [, name, query] = /^# fill (\w+): (.+)$/.exec(line) ?? [];
    const [, given] = /^# variables: (.+)$/.exec(line) ?? [];
    if (name && query) fill[name] = query;
    else if (given) variables = given;
    else comments.push(line);
  }
  return { comments, variables, fill };
}
