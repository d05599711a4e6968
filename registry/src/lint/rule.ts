import type { DirectiveNode, DocumentNode, TypeDefinitionNode, TypeExtensionNode } from 'graphql';
import { isTypeDefinitionNode, isTypeExtensionNode, Kind } from 'graphql';

/** A definition or an extension of a type; most rules treat them alike. */
export type TypeNode = TypeDefinitionNode | TypeExtensionNode;

/** The place in the AST that a finding points at. */
export type Reported = { readonly loc?: { startToken: { line: number; column: number } } | undefined };

/** A subgraph's types, under its name. */
export type NamedTypes = { name: string; types: readonly TypeNode[] };

/** What a rule sees: one subgraph's SDL, those beside it, and a way to complain. */
export type RuleContext = {
  /** The name of the subgraph. */
  subgraph: string;
  /** All subgraphs of the graph, this one included. */
  graph: readonly NamedTypes[];
  document: DocumentNode;
  types: readonly TypeNode[];
  report(node: Reported, coordinate: string, message: string): void;
};

/** One rule, under the public name that graphql-eslint gives it. */
export type LintRule = {
  name: string;
  /** What the rule wants, for `explain`. */
  wants: string;
  /** How to satisfy it. */
  fix: string;
  check(context: RuleContext): void;
};

/** All type definitions and extensions of a document. */
export function typesOf(document: DocumentNode): TypeNode[] {
  return document.definitions.filter(
    (node): node is TypeNode => isTypeDefinitionNode(node) || isTypeExtensionNode(node),
  );
}

/** Object and interface types with their output fields. */
export function outputTypes(types: readonly TypeNode[]) {
  return types.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION ||
    node.kind === Kind.OBJECT_TYPE_EXTENSION ||
    node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    node.kind === Kind.INTERFACE_TYPE_EXTENSION
      ? [{ node, name: node.name.value, fields: node.fields ?? [] }]
      : [],
  );
}

/** Input objects with their fields. */
export function inputTypes(types: readonly TypeNode[]) {
  return types.flatMap((node) =>
    node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION
      ? [{ node, name: node.name.value, fields: node.fields ?? [] }]
      : [],
  );
}

/** Enums with their values. */
export function enumTypes(types: readonly TypeNode[]) {
  return types.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION || node.kind === Kind.ENUM_TYPE_EXTENSION
      ? [{ node, name: node.name.value, values: node.values ?? [] }]
      : [],
  );
}

const rootNames = new Set(['Query', 'Mutation', 'Subscription']);

/** Whether a type is the root of operations; federation fixes these names in the supergraph. */
export function isRoot(name: string): boolean {
  return rootNames.has(name);
}

/** The directive of this name on a node. */
export function directive(
  node: { readonly directives?: readonly DirectiveNode[] | undefined },
  name: string,
): DirectiveNode | undefined {
  return node.directives?.find((one) => one.name.value === name);
}

/** The text of a directive's string argument. */
export function textArgument(node: DirectiveNode | undefined, name: string): string | undefined {
  const value = node?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
