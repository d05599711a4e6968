import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type SelectionNode,
  visit,
} from 'graphql';

type Conditional = { readonly directives?: readonly DirectiveNode[] | undefined };

/**
 * Leaves out what is never selected and what no subgraph is asked, and gives every selection set something that always is. Without it
 * the planner drops `friends { name @include(if: $more) }` as a whole when `$more` is false, where the
 * answer is `friends: [{}]`.
 */
export function pruneOperation(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: (field) => (isAboutSchema(field) ? typenameField : enterConditional(field)),
    InlineFragment: enterConditional,
    FragmentSpread: enterConditional,
    SelectionSet: {
      leave(set, _key, parent) {
        const isRoot = parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
        if (isRoot || set.selections.some(isCertain)) return undefined;
        return { ...set, selections: [typenameField, ...set.selections] };
      },
    },
  });
}

/** Answered by the gateway itself. In its place something that costs nothing, for no selection set may be empty. */
function isAboutSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function enterConditional<T extends Conditional>(node: T): T | null | undefined {
  const constant = (node.directives ?? []).filter((directive) => constantOf(directive) !== undefined);
  if (constant.some((directive) => constantOf(directive) === 'excluded')) return null;
  if (constant.length === 0) return undefined;
  return { ...node, directives: node.directives?.filter((directive) => !constant.includes(directive)) };
}

function constantOf(directive: DirectiveNode): 'excluded' | 'included' | undefined {
  const name = directive.name.value;
  const value = directive.arguments?.[0]?.value;
  if ((name !== 'skip' && name !== 'include') || value?.kind !== Kind.BOOLEAN) return undefined;
  return value.value === (name === 'include') ? 'included' : 'excluded';
}

function isCertain({ directives }: SelectionNode): boolean {
  return !directives?.some(({ name }) => name.value === 'skip' || name.value === 'include');
}
