import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';

/** A `@skip` or `@include` on a variable. */
interface Condition {
  readonly variable: string;
  readonly isOn: boolean;
}

interface Occurrence {
  readonly field: FieldNode;
  readonly conditions: readonly Condition[];
}

export type IsOn = (variable: string) => boolean;

/** How the gateway works out a Boolean variable from those of the client: all of `when`, and none of `unless` as a whole. */
export interface DerivedRule {
  readonly when: readonly Condition[];
  readonly unless: readonly (readonly Condition[])[];
}

export function isDerivedOn({ when, unless }: DerivedRule, isOn: IsOn): boolean {
  return holds(when, isOn) && !unless.some((conditions) => holds(conditions, isOn));
}

/**
 * Makes each field of a mutation run once and in its turn. `{ a b a @include(if: $x) }` is one `a`, but the planner would
 * send `a` again after `b` when they belong to different subgraphs: what it does would be done twice. So
 * every occurrence of a response key gets all that is selected below it, and is included only when no
 * earlier one is.
 */
export function serialMutation(document: DocumentNode): {
  document: DocumentNode;
  derived: ReadonlyMap<string, DerivedRule>;
} {
  const derived = new Map<string, DerivedRule>();
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (operation?.operation !== 'mutation') return { document, derived };
  const occurrences = flatten(operation.selectionSet.selections, [], fragmentsOf(document));
  function derive(rule: DerivedRule): Condition {
    const variable = `derived__m${derived.size}`;
    derived.set(variable, rule);
    return { variable, isOn: true };
  }
  /** On the field itself: the planner may put an inline fragment before a field that comes first. */
  function onField(field: FieldNode, { conditions }: Occurrence): FieldNode {
    const [condition] = conditions.length > 1 ? [derive({ when: conditions, unless: [] })] : conditions;
    return condition ? { ...field, directives: [directiveOf(condition)] } : field;
  }

  const selections = occurrences.flatMap((occurrence, i): SelectionNode[] => {
    const isSame = ({ field }: Occurrence) => keyOf(field) === keyOf(occurrence.field);
    const alike = occurrences.filter(isSame);
    if (alike.length === 1) return [onField(occurrence.field, occurrence)];
    const earlier = occurrences.slice(0, i).filter(isSame);
    if (earlier.some(({ conditions }) => conditions.length === 0)) return [];
    const field = { ...occurrence.field, ...selectionsOfAll(alike) };
    if (earlier.length === 0) return [onField(field, occurrence)];
    const first = derive({ when: occurrence.conditions, unless: earlier.map((other) => other.conditions) });
    return [{ ...field, directives: [directiveOf(first)] }];
  });
  return { document: withSelections(document, operation, selections, [...derived.keys()]), derived };
}

function keyOf(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

function holds(conditions: readonly Condition[], isOn: IsOn): boolean {
  return conditions.every((condition) => isOn(condition.variable) === condition.isOn);
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
}

/** The root fields in order, each with all the conditions that it is under. */
function flatten(
  selections: readonly SelectionNode[],
  above: readonly Condition[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Occurrence[] {
  return selections.flatMap((selection) => {
    const conditions = [...above, ...conditionsOf(selection)];
    if (selection.kind === Kind.FIELD) return [{ field: { ...selection, directives: [] }, conditions }];
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment ? flatten(fragment.selectionSet.selections, conditions, fragments) : [];
  });
}

function conditionsOf({ directives }: SelectionNode): Condition[] {
  return (directives ?? []).flatMap((directive) => {
    const name = directive.name.value;
    const value = directive.arguments?.[0]?.value;
    const isCondition = (name === 'skip' || name === 'include') && value?.kind === Kind.VARIABLE;
    return isCondition ? [{ variable: value.name.value, isOn: name === 'include' }] : [];
  });
}

/** What each occurrence selects, under the conditions of that occurrence. */
function selectionsOfAll(alike: readonly Occurrence[]): Pick<FieldNode, 'selectionSet'> {
  const selections = alike.flatMap(({ field, conditions }) => {
    const inner = field.selectionSet?.selections ?? [];
    return conditions.length === 0 ? inner : inner.map((selection) => onCondition(selection, conditions));
  });
  if (selections.length === 0) return {};
  // Something certain, or the planner would make the conditions of the selections those of the field.
  const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return { selectionSet: { kind: Kind.SELECTION_SET, selections: [typename, ...selections] } };
}

function onCondition(selection: SelectionNode, conditions: readonly Condition[]): SelectionNode {
  return conditions.reduceRight<SelectionNode>(
    (inner, condition) => ({
      kind: Kind.INLINE_FRAGMENT,
      directives: [directiveOf(condition)],
      selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
    }),
    selection,
  );
}

function directiveOf({ variable, isOn }: Condition): DirectiveNode {
  const value = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } } as const;
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: isOn ? 'include' : 'skip' },
    arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value }],
  };
}

function withSelections(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  selections: SelectionNode[],
  derived: readonly string[],
): DocumentNode {
  const definitions = derived.map(
    (name): VariableDefinitionNode => ({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
      type: {
        kind: Kind.NON_NULL_TYPE,
        type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } },
      },
    }),
  );
  const changed: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [...(operation.variableDefinitions ?? []), ...definitions],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return { ...document, definitions: document.definitions.map((one) => (one === operation ? changed : one)) };
}
