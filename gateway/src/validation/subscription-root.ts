import {
  type ASTVisitor,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type ValidationContext,
} from 'graphql';

const conditional = new Set([GraphQLSkipDirective.name, GraphQLIncludeDirective.name]);

/**
 * A subscription has one root field, whatever its variables: neither it nor a fragment around it may be under @skip or
 * @include. The specification says so since September 2025; graphql-js 16 does not
 * ask, and throws where a variable decides.
 */
export function UnconditionalSubscriptionRootRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation !== 'subscription') return;
      const met = new Set<string>();
      const visit = (selections: readonly SelectionNode[]): void => {
        for (const selection of selections) {
          for (const directive of selection.directives ?? []) {
            if (!conditional.has(directive.name.value)) continue;
            const message = `Directive "@${directive.name.value}" may not be used on the root field of a subscription.`;
            context.reportError(new GraphQLError(message, { nodes: directive }));
          }
          if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet.selections);
          if (selection.kind !== Kind.FRAGMENT_SPREAD || met.has(selection.name.value)) continue;
          met.add(selection.name.value);
          visit(context.getFragment(selection.name.value)?.selectionSet.selections ?? []);
        }
      };
      visit(selectionSet.selections);
    },
  };
}
