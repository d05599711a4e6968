import { type DirectiveNode, Kind, type OperationDefinitionNode, type ValueNode } from 'graphql';

/** A Boolean variable of an operation that some `@skip` or `@include` hangs on. */
export interface Switch {
  readonly name: string;
  readonly isOnByDefault: boolean;
}

/** The variable that a `@skip` or `@include` hangs on; undefined for a value, and for other directives. */
export function conditionVariableOf(directive: DirectiveNode): string | undefined {
  const value = isCondition(directive) ? directive.arguments?.[0]?.value : undefined;
  return value?.kind === Kind.VARIABLE ? value.name.value : undefined;
}

/**
 * Those of an operation, from all `conditionVariables` of its document. Of the document's other operations it may count
 * some in: it then has more plans than it needs.
 */
export function switchesOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  conditionVariables: ReadonlySet<string>,
): readonly Switch[] {
  return variableDefinitions
    .filter(({ variable }) => conditionVariables.has(variable.name.value))
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
