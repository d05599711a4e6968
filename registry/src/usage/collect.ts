import {
  type DocumentNode,
  getNamedType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * The schema coordinates that a document uses: types, fields, arguments, input fields, enum values
 * and directives, exactly. What a variable may carry counts as used, since its value is not known;
 * so does every value of an enum that is selected, since the client was told of them.
 */
export function collectCoordinates(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const used = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      OperationDefinition() {
        addType(used, info.getType());
      },
      Field() {
        const parent = info.getParentType();
        const field = info.getFieldDef();
        if (!parent || !field) return;
        addType(used, parent);
        if (isObjectType(parent) || isInterfaceType(parent)) used.add(`${parent.name}.${field.name}`);
        addType(used, getNamedType(field.type));
        const type = getNamedType(field.type);
        if (isEnumType(type)) for (const value of type.getValues()) used.add(`${type.name}.${value.name}`);
      },
      Argument(node) {
        const directive = info.getDirective();
        const field = info.getFieldDef();
        const parent = info.getParentType();
        if (directive) used.add(`@${directive.name}(${node.name.value}:)`);
        else if (field && parent) used.add(`${parent.name}.${field.name}(${node.name.value}:)`);
        addNamed(used, info.getInputType());
      },
      Directive(node) {
        used.add(`@${node.name.value}`);
      },
      ObjectField(node) {
        const parent = getNamedType(info.getParentInputType());
        if (isInputObjectType(parent)) used.add(`${parent.name}.${node.name.value}`);
        addNamed(used, info.getInputType());
      },
      EnumValue(node) {
        const type = getNamedType(info.getInputType());
        if (isEnumType(type)) used.add(`${type.name}.${node.value}`);
      },
      VariableDefinition(node) {
        const type = node.type.kind === Kind.NAMED_TYPE ? node.type : innermost(node.type);
        addWhole(used, typeFromAST(schema, type));
      },
      InlineFragment(node) {
        if (node.typeCondition) used.add(node.typeCondition.name.value);
      },
      FragmentDefinition(node) {
        used.add(node.typeCondition.name.value);
      },
    }),
  );
  return used;
}

type TypeNode = Parameters<typeof typeFromAST>[1];

function innermost(node: TypeNode) {
  let type = node;
  while (type.kind !== Kind.NAMED_TYPE) type = type.type;
  return type;
}

function addType(used: Set<string>, type: { toString(): string } | null | undefined): void {
  if (type) used.add(String(type));
}

function addNamed(used: Set<string>, type: GraphQLInputType | null | undefined): void {
  if (type) used.add(getNamedType(type).name);
}

/** Everything that a value of this type may hold. */
export function addWhole(
  used: Set<string>,
  type: GraphQLNamedType | undefined,
  seen = new Set<string>(),
): void {
  if (!type || seen.has(type.name)) return;
  seen.add(type.name);
  used.add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) used.add(`${type.name}.${name}`);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    used.add(`${type.name}.${field.name}`);
    addWhole(used, getNamedType(field.type), seen);
  }
}
