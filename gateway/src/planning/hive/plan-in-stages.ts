import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { PlanNow } from '../cell/examine-document.ts';
import { mapNodes } from '../map-plan.ts';
import type { FetchNode, Plan, PlanNode, PlanPath } from '../plan.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { LoadedSupergraph } from '../../supergraph/schema/supergraph.ts';
import type { NeedsApart } from './needs.ts';
import { type Stage, takeStages } from './stages.ts';

/**
 * Plans an operation in stages: first all that no subgraph needs others for, then what needs that, and so on, so
 * that Hive's planner has no `@requires` to see to. Slower to run than what it plans in one go, where that is right.
 * @param planText Hive's planner on the supergraph of `needs`
 */
export function createStagedPlanning(
  { needyField, schema }: NeedsApart,
  supergraph: LoadedSupergraph,
  planText: (text: string, labels: readonly string[]) => Plan,
): PlanNow {
  function planPart(operation: OperationDefinitionNode, labels: readonly string[]): Plan {
    const root = schema.getRootType(operation.operation);
    if (!root) throw new PlanFailure('unplannable', `There is no ${operation.operation} type`);
    const options = { ...supergraph, schema, needyField };
    const { selections, stages } = takeStages(operation.selectionSet.selections, root, options);
    const main = planText(textOf(operation, selections), labels);
    const levels = new Map<number, PlanNode[]>();
    for (const stage of stages) {
      const asked = { ...operation, operation: OperationTypeNode.QUERY };
      const node = nodeOf(stage, planText(textOf(asked, [rootField(stage)]), labels));
      levels.set(stage.level, [...(levels.get(stage.level) ?? []), node]);
    }
    const later = [...levels].sort(([a], [b]) => a - b).map(([, nodes]) => group('Parallel', nodes));
    const nodes = [...(main.node ? [main.node] : []), ...later];
    return nodes.length > 0 ? { ...main, node: group('Sequence', nodes) } : main;
  }

  return (operation, labels) => {
    const { selections } = operation.selectionSet;
    const asked = selections.filter((one) => one.kind === Kind.FIELD && one.name.value !== '__typename');
    if (operation.operation !== OperationTypeNode.MUTATION || asked.length < 2) {
      return planPart(operation, labels);
    }
    // What a mutation answers is read before the next runs, its stages included.
    const plans = asked.map((one) => planPart(withSelections(operation, [one]), labels));
    return {
      node: group(
        'Sequence',
        plans.flatMap(({ node }) => node ?? []),
      ),
    };
  };
}

function withSelections(
  operation: OperationDefinitionNode,
  selections: readonly SelectionNode[],
): OperationDefinitionNode {
  return { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function group(kind: 'Sequence' | 'Parallel', nodes: readonly PlanNode[]): PlanNode {
  const [only] = nodes;
  return only && nodes.length === 1 ? only : { kind, nodes };
}

function rootField({ needy, field }: Stage): SelectionNode {
  return {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: needy.root },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  };
}

/** Without variables that it does not use. */
function textOf(operation: OperationDefinitionNode, selections: readonly SelectionNode[]): string {
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections };
  const used = new Set<string>();
  visit(selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    used.has(variable.name.value),
  );
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, variableDefinitions: variableDefinitions ?? [], selectionSet }],
  };
  return print(document);
}

/** From a plan that begins at an entity as a root field to one that begins with entities at the stage's place. */
function nodeOf(stage: Stage, { node }: Plan): PlanNode {
  const [first, ...rest] = node?.kind === 'Sequence' ? node.nodes : node ? [node] : [];
  if (first?.kind !== 'Fetch' || first.requires) {
    throw new PlanFailure('unplannable', `${stage.type}.${stage.field.name.value} cannot be asked by itself`);
  }
  const own: PlanNode = { kind: 'Flatten', path: stage.path, node: entityFetch(stage, first) };
  const later = rest.map((one) => mapNodes(one, (inner) => moved(inner, stage)));
  return group('Sequence', [own, ...later]);
}

function entityFetch({ needy, type, sent }: Stage, fetch: FetchNode): FetchNode {
  const { definitions } = parse(fetch.operation, { noLocation: true });
  const changed = definitions.map((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return one;
    const [asked] = one.selectionSet.selections;
    const isAlone = one.selectionSet.selections.length === 1;
    if (!isAlone || asked?.kind !== Kind.FIELD || asked.name.value !== needy.root || !asked.selectionSet) {
      throw new PlanFailure('unplannable', `${needy.root} was planned as ${fetch.operation}`);
    }
    const [operation] = entitiesOf(type).definitions as [OperationDefinitionNode];
    const [entities] = operation.selectionSet.selections as [FieldNode];
    const [fragment] = (entities.selectionSet?.selections ?? []) as [InlineFragmentNode];
    const ofType = { ...fragment, selectionSet: asked.selectionSet };
    const selections = [{ ...entities, selectionSet: { ...operation.selectionSet, selections: [ofType] } }];
    return {
      ...operation,
      variableDefinitions: [...(operation.variableDefinitions ?? []), ...(one.variableDefinitions ?? [])],
      selectionSet: { ...operation.selectionSet, selections },
    };
  });
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print({ kind: Kind.DOCUMENT, definitions: changed })),
    requires: [{ kind: 'InlineFragment', typeCondition: type, selections: sent }],
  };
}

function entitiesOf(type: string): DocumentNode {
  const text = `query($representations:[_Any!]!){_entities(representations:$representations){...on ${type}{__typename}}}`;
  return parse(text, { noLocation: true });
}

function moved(node: PlanNode, { path: to }: Stage): PlanNode {
  const move = (path: PlanPath) => [...to, ...path.slice(1)];
  if (node.kind === 'Flatten') return { ...node, path: move(node.path) };
  return node.kind === 'BatchFetch'
    ? { ...node, sets: node.sets.map((set) => ({ ...set, paths: set.paths.map(move) })) }
    : node;
}
