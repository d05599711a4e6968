import { type DocumentNode, Kind, type Location, type NameNode } from 'graphql';

/** A place in a file that a person can open. Lines and columns count from 1. */
export type SourceLocation = { file: string; line: number; column: number };

/** Schema coordinates (`User.name`, `Query.user(id:)`, `@tag`) to their first place in one SDL file. */
export type CoordinateIndex = ReadonlyMap<string, SourceLocation>;

/** Reads every definition and extension of `document`; the first definition of a coordinate wins. */
export function indexCoordinates(document: DocumentNode, file: string): CoordinateIndex {
  const index = new Map<string, SourceLocation>();
  const add = (coordinate: string, name: NameNode) => {
    const at = name.loc && locationOf(name.loc, file);
    if (at && !index.has(coordinate)) index.set(coordinate, at);
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
      add(`@${definition.name.value}`, definition.name);
      for (const arg of definition.arguments ?? [])
        add(`@${definition.name.value}(${arg.name.value}:)`, arg.name);
      continue;
    }
    if (!('name' in definition) || definition.name === undefined) continue;
    const type = definition.name.value;
    add(type, definition.name);
    if ('values' in definition)
      for (const value of definition.values ?? []) add(`${type}.${value.name.value}`, value.name);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      const coordinate = `${type}.${field.name.value}`;
      add(coordinate, field.name);
      if (!('arguments' in field)) continue;
      for (const arg of field.arguments ?? []) add(`${coordinate}(${arg.name.value}:)`, arg.name);
    }
  }
  return index;
}

/** The place where an AST location starts. */
export function locationOf(loc: Location, file: string): SourceLocation {
  return { file, line: loc.startToken.line, column: loc.startToken.column };
}

/**
 * The place of `coordinate`, or of the nearest thing around it that still exists: a removed field
 * is shown at its type.
 */
export function nearestLocation(index: CoordinateIndex, coordinate: string): SourceLocation | undefined {
  for (let at: string | undefined = coordinate; at !== undefined; at = parentOf(at)) {
    const found = index.get(at);
    if (found) return found;
  }
  return undefined;
}

/** `User.posts(first:)` is in `User.posts` is in `User`. */
export function parentOf(coordinate: string): string | undefined {
  const paren = coordinate.indexOf('(');
  if (paren > 0) return coordinate.slice(0, paren);
  const dot = coordinate.lastIndexOf('.');
  return dot > 0 ? coordinate.slice(0, dot) : undefined;
}
