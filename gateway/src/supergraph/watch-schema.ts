import { type GraphQLSchema, parse } from 'graphql';
import type { GatewayInterface } from './gateway-interface.ts';

export interface SubgraphAddress {
  name: string;
  url: string | undefined;
}

/** The supergraph that serves now, for those parts of the edge that look at it. */
export function watchSchema(gateway: GatewayInterface): {
  subgraphs(): readonly SubgraphAddress[];
  schema(): GraphQLSchema;
} {
  let current: { subgraphs: readonly SubgraphAddress[]; schema: GraphQLSchema } | undefined;
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    current = { subgraphs: subgraphsOf(coreSupergraphSdl), schema: apiSchema };
  });
  return {
    subgraphs: () => current?.subgraphs ?? [],
    schema() {
      if (!current) throw new Error('no supergraph is loaded yet');
      return current.schema;
    },
  };
}

/** Reads the `@join__graph` of a supergraph's SDL. */
export function subgraphsOf(supergraphSdl: string): SubgraphAddress[] {
  return parse(supergraphSdl, { noLocation: true }).definitions.flatMap((definition) => {
    if (definition.kind !== 'EnumTypeDefinition' || definition.name.value !== 'join__Graph') return [];
    return (definition.values ?? []).flatMap(({ directives = [] }) => {
      const join = directives.find(({ name }) => name.value === 'join__graph');
      const texts = (join?.arguments ?? []).map(({ name, value }) => [
        name.value,
        value.kind === 'StringValue' ? value.value : '',
      ]);
      const { name, url } = Object.fromEntries(texts) as { name?: string; url?: string };
      return name ? [{ name, url: url || undefined }] : [];
    });
  });
}
