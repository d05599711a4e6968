import {
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

const known = new WeakMap<OperationDefinitionNode, boolean>();

/**
 * Whether the events of a subscription are the same for everybody who is told them: all that it selects of what they are
 * about carries `@sameForAudience`. The fields of the events themselves need not.
 */
export function isSameForAudience(
  info: Pick<GraphQLResolveInfo, 'fragments' | 'operation' | 'schema'>,
): boolean {
  const { operation } = info;
  const before = known.get(operation);
  if (before !== undefined) return before;
  const is = look(info);
  known.set(operation, is);
  return is;
}

function look({
  fragments,
  operation,
  schema,
}: Pick<GraphQLResolveInfo, 'fragments' | 'operation' | 'schema'>): boolean {
  const eventTypes = eventTypesOf(schema);
  const typeInfo = new TypeInfo(schema);
  let isSame = true;
  visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] },
    visitWithTypeInfo(typeInfo, {
      Field({ name }) {
        const parent = typeInfo.getParentType()?.name ?? '';
        if (name.value.startsWith('__') || eventTypes.has(parent)) return;
        const directives = typeInfo.getFieldDef()?.astNode?.directives ?? [];
        isSame &&= directives.some((directive) => directive.name.value === 'sameForAudience');
      },
    }),
  );
  return isSame;
}

/** The subscription type, what its fields tell, and what that may be. */
function eventTypesOf(schema: GraphQLSchema): Set<string> {
  const root = schema.getSubscriptionType();
  const told = Object.values(root?.getFields() ?? {}).map(({ type }) => getNamedType(type));
  const types = told.flatMap((type): { name: string }[] =>
    isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type],
  );
  return new Set([...(root ? [root] : []), ...types].map(({ name }) => name));
}
