import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { stringArgument } from './join-directives.ts';

/** A spec that a supergraph links (`@link`), and the names of the schema that are its own. */
export interface Feature {
  /** Its URL without version. */
  readonly identity: string;
  readonly version: string;
  /** By which its elements are named: `join` of `join__Graph`. */
  readonly prefix: string;
  /** Elements with names of their own, directives with their `@`; from the spec's name to the schema's. */
  readonly imports: ReadonlyMap<string, string>;
  /** What who serves the schema must know of it to be right: `EXECUTION` or `SECURITY`. */
  readonly purpose: string | undefined;
}

const specs = 'https://specs.apollo.dev';

/** Features with a purpose that this gateway serves as they mean it. */
const served = new Map([
  [`${specs}/join`, ['v0.1', 'v0.2', 'v0.3', 'v0.4', 'v0.5']],
  [`${specs}/inaccessible`, ['v0.1', 'v0.2']],
  [`${specs}/tag`, ['v0.1', 'v0.2', 'v0.3']],
]);

/**
 * The features of a supergraph.
 * @throws Error when it is no supergraph, or asks for what this gateway does not do: whoever does not know
 * `@authenticated` must not serve what it protects
 */
export function featuresOf(supergraph: DocumentNode): Feature[] {
  const features = linksOf(supergraph).map(featureOf);
  if (!features.some(({ identity }) => identity === `${specs}/join`)) {
    throw new Error(`Not a supergraph: its schema links no ${specs}/join.`);
  }
  for (const { identity, version, purpose } of features) {
    const needsJoin = identity === `${specs}/join` || purpose === 'EXECUTION' || purpose === 'SECURITY';
    if (needsJoin && !served.get(identity)?.includes(version)) {
      throw new Error(
        `The supergraph links ${identity}/${version} for ${purpose ?? 'joining'}: not supported.`,
      );
    }
  }
  return features;
}

/** Whether a definition is a feature's. Directives are named with their `@`. */
export function isOfFeature(features: readonly Feature[], name: string): boolean {
  const isDirective = name.startsWith('@');
  const bare = isDirective ? name.slice(1) : name;
  return features.some(({ prefix, imports }) => {
    if (bare.startsWith(`${prefix}__`) || (isDirective && bare === prefix)) return true;
    for (const own of imports.values()) if (own === name) return true;
    return false;
  });
}

/** The directive that hides elements from clients, as this supergraph calls it. */
export function inaccessibleName(features: readonly Feature[]): string | undefined {
  const feature = features.find(({ identity }) => identity === `${specs}/inaccessible`);
  return feature && (feature.imports.get('@inaccessible')?.slice(1) ?? feature.prefix);
}

/** Applications of `@link`, or of `@core` as the first supergraphs called it: the ones that name their own spec's. */
function linksOf({ definitions }: DocumentNode): ConstDirectiveNode[] {
  const applied = definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
  const itself = applied.find((directive) => {
    const { identity, prefix } = featureOf(directive);
    return (identity === `${specs}/link` || identity === `${specs}/core`) && prefix === directive.name.value;
  });
  return applied.filter(({ name }) => name.value === itself?.name.value);
}

function featureOf(link: ConstDirectiveNode): Feature {
  const url = stringArgument(link, 'url') ?? stringArgument(link, 'feature') ?? '';
  const [, identity = url, version = ''] = /^(.*)\/(v\d+\.\d+)$/.exec(url) ?? [];
  const purpose = link.arguments?.find(({ name }) => name.value === 'for')?.value;
  return {
    identity,
    version,
    prefix: stringArgument(link, 'as') ?? identity.slice(identity.lastIndexOf('/') + 1),
    imports: importsOf(link),
    purpose: purpose?.kind === Kind.ENUM ? purpose.value : undefined,
  };
}

function importsOf(link: ConstDirectiveNode): Map<string, string> {
  const imports = new Map<string, string>();
  const list = link.arguments?.find(({ name }) => name.value === 'import')?.value;
  for (const one of list?.kind === Kind.LIST ? list.values : []) {
    if (one.kind === Kind.STRING) imports.set(one.value, one.value);
    if (one.kind !== Kind.OBJECT) continue;
    const given = new Map(one.fields.map(({ name, value }) => [name.value, value]));
    const [name, as] = [given.get('name'), given.get('as')];
    if (name?.kind !== Kind.STRING) continue;
    imports.set(name.value, as?.kind === Kind.STRING ? as.value : name.value);
  }
  return imports;
}
