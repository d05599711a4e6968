import { type GraphQLSchema } from 'graphql';
import { inSpan, isTracing } from './tracing.ts';

/**
 * Puts each root field, `_entities` among them, into a span. Fields below share loaders, which have spans of
 * their own: a span for each field of each node would bury them.
 */
export function traceRootFields(schema: GraphQLSchema): void {
  if (!isTracing()) return;
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve } = field;
      if (!resolve || !type) continue;
      const name = `${type.name}.${field.name}`;
      field.resolve = (...of) => inSpan(name, {}, () => resolve(...of));
    }
  }
}
