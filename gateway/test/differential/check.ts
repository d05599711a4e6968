import { GraphQLError, parse, validate } from 'graphql';
import { errorCode } from '../../src/execution/errors.ts';
import { execute, executeRest } from '../../src/execution/execute.ts';
import { type Answer, differenceBeyondNulls, differenceFromTruth } from './compare.ts';
import type { Coverage } from './coverage.ts';
import type { Case } from './generate-operation.ts';
import { anonymousContext, switchesOnIn } from './harness.ts';
import { hash } from './random.ts';
import type { Mishap, Sabotage, World } from './world.ts';

/** What goes wrong in a case, apart from its operation. */
export interface Trouble {
  /** Fields that fail, by a seed; 0 is none. */
  readonly faults: number;
  readonly sabotage: { readonly subgraph: string; readonly kind: Mishap } | undefined;
  readonly labels: readonly string[];
}

export interface Verdict {
  /** How ours is wrong, if it is. */
  readonly problem: string | undefined;
  /** How the stock gateway is wrong, if it was asked and is. */
  readonly stock: string | undefined;
}

/** Runs one operation three ways and compares. */
export async function check(
  world: World,
  { source, variables }: Case,
  trouble: Trouble,
  coverage?: Coverage,
): Promise<Verdict> {
  const document = parse(source);
  if (validate(world.apiSchema, document).length > 0) return { problem: undefined, stock: undefined };
  const isFaulty = trouble.faults !== 0;
  world.universe.setFaults(isFaulty ? faultRule(world, trouble.faults) : () => false);
  world.sabotage = () => undefined;
  world.mutations.length = 0;
  const truth = await world.truth(document, variables);
  const trueMutations = world.mutations.splice(0);

  world.sabotage = sabotageOf(trouble);
  world.requests.length = 0;
  world.plans.length = 0;
  world.refusals.length = 0;
  const ours = await runOurs(world, { source, variables }, trouble.labels).catch((error: unknown) =>
    isRefusal(error) ? refused : String(error),
  );
  const ourMutations = world.mutations.splice(0);
  if (coverage) {
    for (const { plan, planner } of world.plans) {
      coverage.seePlan(plan);
      coverage.count(`planned by ${planner}`);
    }
    coverage.count(`asked of ${world.planner} first`);
    if (world.refusals.some((one) => one.startsWith('hive:'))) coverage.count('second planner asked');
    for (const refusal of world.refusals) coverage.count(kindOf(refusal));
    coverage.seeOperation(world, document);
    coverage.seeRequests(world);
    coverage.seeErrors(truth);
  }
  if (ours === refused) {
    coverage?.count(world.planner === 'hive' ? 'refused by name' : 'refused by apollo alone');
    return { problem: undefined, stock: undefined };
  }
  if (typeof ours === 'string') {
    return { problem: [`threw ${ours}`, ...world.refusals].join('\n'), stock: undefined };
  }
  if (trouble.sabotage) return { problem: differenceBeyondNulls(ours, truth), stock: undefined };

  const isInOrder = truth.data === null || ourMutations.join() === trueMutations.join();
  const problem = isInOrder
    ? differenceFromTruth(ours, truth, isFaulty)
    : `mutations ran as ${ourMutations.join()}`;
  return { problem, stock: await compareStock(world, { source, variables }, truth) };
}

/** Why a plan was not taken, without names. */
function kindOf(refusal: string): string {
  return (
    refusal
      .split('\n', 1)[0]
      ?.replace(/'[^']*'|\[\d+\]|\{[^}]*\}|\b\w+\.\w+|\b\w+__\w+/g, '…')
      .slice(0, 150) ?? ''
  );
}

/** No plan could be proven, so nothing was asked: the one thing better than a wrong answer. Runs count how often. */
const refused = 'refused';

function isRefusal(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions.code === errorCode.notPlannable;
}

async function runOurs(
  world: World,
  { source, variables }: Case,
  labels: readonly string[],
): Promise<Answer> {
  const compiled = await world.generation.plan(source, {
    documentKey: source,
    overrideLabels: labels,
    switchesOn: switchesOnIn(source, variables),
  });
  const args = { variables, context: anonymousContext() };
  if (!compiled.subscription) return execute(compiled, args);
  const { serviceName, operation } = compiled.subscription;
  const event = await world.event(serviceName, operation, variables);
  return executeRest(compiled, event, args);
}

async function compareStock(
  world: World,
  { source, variables }: Case,
  truth: Answer,
): Promise<string | undefined> {
  const document = parse(source);
  const [first] = document.definitions;
  if (first?.kind === 'OperationDefinition' && first.operation === 'subscription') return undefined;
  world.mutations.length = 0;
  try {
    // The stock gateway is not held to explain its nulls: that it differs in data is what counts.
    const { data } = await world.stock.execute(document, source, variables);
    return differenceFromTruth({ data }, { data: truth.data }, true);
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

function sabotageOf({ sabotage }: Trouble): Sabotage {
  return ({ subgraph }) => (subgraph === sabotage?.subgraph ? sabotage.kind : undefined);
}

/**
 * Which fields fail. Not keys: no entity could be named. Not where subgraphs dispute about null, nor
 * non-null fields that others require: federation then has to null more than one schema would.
 */
function faultRule({ facts }: World, seed: number) {
  return (places: readonly string[], n: number): boolean => {
    if (places.some((place) => facts.keyFields.has(place) || facts.disputed.has(place))) return false;
    const isRequired = places.some((place) => facts.required.has(place));
    if (isRequired && places.some((place) => facts.neverNull.has(place))) return false;
    return hash(seed, places[0] ?? '') % 6 === 0 && hash(seed, n) % 3 !== 0;
  };
}
