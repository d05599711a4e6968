import { type DocumentNode, GraphQLError, type GraphQLSchema, validate } from 'graphql';
import { rulesFor } from './rules.ts';
import { UnconditionalSubscriptionRootRule } from './subscription-root.ts';

/** Why a document, parsed from a text, does not fit a schema; empty when it does. */
export type ValidateDocument = (document: DocumentNode, text: string) => readonly GraphQLError[];

export function createValidateDocument(
  schema: GraphQLSchema,
  allowsIntrospection: boolean,
): ValidateDocument {
  // Suggestions name what introspection hides.
  const options = { hideSuggestions: !allowsIntrospection };
  return (document, text) => {
    try {
      // First and alone: graphql-js's rule for subscriptions throws where a root field is under a variable.
      if (text.includes('@') && text.includes('subscription')) {
        const conditions = validate(schema, document, [UnconditionalSubscriptionRootRule]);
        if (conditions.length > 0) return conditions;
      }
      return validate(schema, document, rulesFor(text, document, allowsIntrospection), options);
    } catch (error) {
      // A rule that calls itself for what is nested came to the end of its stack.
      if (!(error instanceof RangeError)) throw error;
      return [new GraphQLError('The document is nested too deeply.')];
    }
  };
}
