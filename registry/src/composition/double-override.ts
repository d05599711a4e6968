import { type ConstDirectiveNode, Kind } from 'graphql';
import { indexCoordinates, nearestLocation } from '../locate/coordinate-index.ts';
import { fixFor } from './fixes.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import { type CompositionError, fileOf } from './subgraph.ts';

type Taker = { subgraph: ParsedSubgraph; isShareable: boolean; isLabelled: boolean };

/**
 * Several subgraphs take one field over with `@override`, and it is not shareable: whose is it then?
 * `@apollo/composition` refuses that; the library that we compose with lets it pass (the differential
 * test found it). An override with a label moves traffic step by step and is not judged here.
 */
export function doubleOverrides(parsed: readonly ParsedSubgraph[]): CompositionError[] {
  const takers = Map.groupBy(parsed.flatMap(overridesOf), ({ coordinate }) => coordinate);
  return [...takers].flatMap(([coordinate, all]) => {
    const last = all.at(-1);
    if (all.length < 2 || last === undefined) return [];
    if (all.every(({ isShareable }) => isShareable) || all.some(({ isLabelled }) => isLabelled)) return [];
    const file = fileOf(last.subgraph);
    const place = nearestLocation(indexCoordinates(last.subgraph.typeDefs, file), coordinate);
    const names = all.map(({ subgraph }) => `"${subgraph.name}"`).join(' and ');
    return {
      code: 'INVALID_FIELD_SHARING',
      message: `Non-shareable field "${coordinate}" is overridden by subgraphs ${names}.`,
      fix: fixFor('INVALID_FIELD_SHARING'),
      subgraph: last.subgraph.name,
      coordinate,
      ...(place ?? { file }),
    };
  });
}

function overridesOf(subgraph: ParsedSubgraph): (Taker & { coordinate: string })[] {
  return subgraph.typeDefs.definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.OBJECT_TYPE_EXTENSION) return [];
    return (type.fields ?? []).flatMap((field) => {
      const override = find(field.directives, 'override');
      if (override === undefined) return [];
      const isShareable = [...(type.directives ?? []), ...(field.directives ?? [])].some(
        (one) => one.name.value === 'shareable' || one.name.value === 'federation__shareable',
      );
      const isLabelled = override.arguments?.some(({ name }) => name.value === 'label') ?? false;
      return { coordinate: `${type.name.value}.${field.name.value}`, subgraph, isShareable, isLabelled };
    });
  });
}

function find(directives: readonly ConstDirectiveNode[] | undefined, name: string) {
  return directives?.find((one) => one.name.value === name || one.name.value === `federation__${name}`);
}
