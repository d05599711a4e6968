import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  visit,
} from 'graphql';

/** A Boolean variable of an operation that some `@skip` or `@include` hangs on. */
export interface Switch {
  readonly name: string;
  readonly isOnByDefault: boolean;
}

/** Those of an operation. Of the document's others it may count some in: it then has more plans than it needs. */
export function switchesOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  document: DocumentNode,
): readonly Switch[] {
  if (variableDefinitions.length === 0) return none;
  const used = new Set<string>();
  visit(document, {
    Directive(directive: DirectiveNode) {
      const value = isCondition(directive) ? directive.arguments?.[0]?.value : undefined;
      if (value?.kind === Kind.VARIABLE) used.add(value.name.value);
    },
  });
  return variableDefinitions
    .filter(({ variable }) => used.has(variable.name.value))
    .map(({ defaultValue, variable }) => ({
      name: variable.name.value,
      isOnByDefault: defaultValue?.kind === Kind.BOOLEAN && defaultValue.value,
    }));
}

/**
 * Names of the switches that are on. An operation is planned for these: a plan then has no conditions, which planners
 * get wrong and which would have to be proven for each of their cases.
 */
export function switchesOn(
  switches: readonly Switch[],
  variables: Readonly<Record<string, unknown>> | undefined,
): readonly string[] {
  if (switches.length === 0) return none;
  const isOn = ({ isOnByDefault, name }: Switch) =>
    variables && Object.hasOwn(variables, name) ? variables[name] === true : isOnByDefault;
  return switches.filter(isOn).map(({ name }) => name);
}

/** Whether a selection is left once the switches are decided. */
export function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  on: ReadonlySet<string>,
): boolean {
  if (!directives || directives.length === 0) return true;
  return directives.filter(isCondition).every(({ name, arguments: args }) => {
    const value = args?.[0]?.value;
    const isOn = value?.kind === Kind.VARIABLE ? on.has(value.name.value) : isTrue(value);
    return name.value === 'include' ? isOn : !isOn;
  });
}

const none: readonly never[] = [];

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

function isTrue(value: ValueNode | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && value.value;
}
