import { type DocumentNode, Kind } from 'graphql';
import { compileOperation } from '../execution/compile-operation.ts';
import type { CompiledOperation, ExecuteArgs } from '../execution/types.ts';
import { clientKey, signatureOf } from './field-signature.ts';
import { onlyIntrospection } from '../execution/introspect.ts';
import type { PlannedOperation } from './question.ts';
import { selectOperation } from '../operation/documents/select-operation.ts';
import type { LoadedSupergraph } from '../supergraph/schema/supergraph.ts';
import type { GenerationOptions } from './types.ts';

/** What an operation asks of the schema; see introspect.ts. */
export type IntrospectText = (
  text: string,
  operationName: string | undefined,
  args: ExecuteArgs,
) => Promise<Readonly<Record<string, unknown>>>;

export type Compile = (
  source: { readonly text: string; readonly document: DocumentNode },
  asked: { readonly operationName: string | undefined; readonly switchesOn: readonly string[] },
  planned: PlannedOperation,
  /** The same as text. */
  planText: string,
) => CompiledOperation;

/** From a proven plan, and the document as the client wrote it, to what runs. */
export function createCompiler(
  { apiSchema, id, subgraphs, types }: LoadedSupergraph,
  { fetcher }: Pick<GenerationOptions, 'fetcher'>,
  introspectText: IntrospectText,
): Compile {
  const urls = new Map(subgraphs.map(({ name, url }) => [name, url]));
  return ({ document, text }, { operationName, switchesOn }, planned, planText) => {
    const { operation, fragments } = selectOperation(document, operationName);
    const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    const asksOfSchema = onlyIntrospection(operation.selectionSet.selections, byName).length > 0;
    const dataKeys = new Map(planned.dataKeys);
    const clientVariables = new Map(planned.clientVariables);
    return compileOperation({
      generationId: id,
      apiSchema,
      fetcher,
      document: { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
      operation,
      dataKeyOf:
        dataKeys.size === 0 ? clientKey : (field) => dataKeys.get(signatureOf(field)) ?? clientKey(field),
      plan: planned.plan,
      planText,
      introspect: asksOfSchema ? (args) => introspectText(text, operationName, args) : undefined,
      textLength: text.length,
      environment: {
        types,
        urlOf: (name) => urls.get(name),
        clientVariableOf: (name) => clientVariables.get(name) ?? name,
      },
      switchesOn: new Set(switchesOn),
    });
  };
}
