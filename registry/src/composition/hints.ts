import { indexCoordinates, nearestLocation, type SourceLocation } from '../locate/coordinate-index.ts';
import { overridesOf } from './overrides.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import { fileOf } from './subgraph.ts';
import { directivesOf, readTypes } from './subgraph-types.ts';

/** Something that composes and is hardly what somebody meant; Apollo's codes. It never fails a check. */
export type Hint = { code: string; message: string; subgraph: string; coordinate: string } & SourceLocation;

/** What `@override` leaves behind: sources that do not exist, and what can be removed now. */
export function hintsOf(parsed: readonly ParsedSubgraph[]): Hint[] {
  const types = new Map<string, ReturnType<typeof readTypes>>();
  const typesOf = (subgraph: ParsedSubgraph) => {
    const known = types.get(subgraph.name) ?? readTypes(subgraph.typeDefs);
    types.set(subgraph.name, known);
    return known;
  };
  return parsed.flatMap(overridesOf).flatMap(({ subgraph, coordinate, from, label }) => {
    const source = parsed.find(({ name }) => name === from);
    if (source === undefined) {
      const known = parsed.map(({ name }) => name).join(', ');
      const message = `"${coordinate}" overrides subgraph "${from}", which does not exist. Known: ${known}.`;
      return hint('FROM_SUBGRAPH_DOES_NOT_EXIST', message, subgraph, coordinate);
    }
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = typesOf(source).get(typeName);
    const field = type?.fields.get(fieldName);
    const own = [...(type?.directives ?? []), ...(field?.node.directives ?? [])];
    if (field === undefined || directivesOf(own, 'external').length > 0) {
      const message = `Subgraph "${from}" does not resolve "${coordinate}" any more: the @override can be removed.`;
      return hint('OVERRIDE_DIRECTIVE_CAN_BE_REMOVED', message, subgraph, coordinate);
    }
    if (label !== null) {
      const message = `"${coordinate}" is moving to subgraph "${subgraph.name}"; once all traffic has, remove it here.`;
      return hint('OVERRIDE_MIGRATION_IN_PROGRESS', message, source, coordinate);
    }
    const message = `"${coordinate}" is answered by subgraph "${subgraph.name}": it can be removed here, or marked @external where a @key, @requires or @provides still names it.`;
    return hint('OVERRIDDEN_FIELD_CAN_BE_REMOVED', message, source, coordinate);
  });
}

function hint(code: string, message: string, subgraph: ParsedSubgraph, coordinate: string): Hint {
  const file = fileOf(subgraph);
  const place = nearestLocation(indexCoordinates(subgraph.typeDefs, file), coordinate);
  return { code, message, subgraph: subgraph.name, coordinate, ...(place ?? { file, line: 1, column: 1 }) };
}
