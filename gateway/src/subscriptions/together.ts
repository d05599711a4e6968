import type { SharedBatches } from '../execution/types.ts';
import type { EdgeContext } from '../operation/context.ts';
import type { Completed, LegEvent } from './completed.ts';
import { createGate, type Gate } from '../concurrency/gate.ts';
import type { Leg, Variables } from './leg.ts';
import type { LiveLimits } from './limits.ts';

export type CompleteOne = (
  item: LegEvent,
  variables: Variables,
  context: EdgeContext,
  batches: SharedBatches | undefined,
) => Promise<Completed>;

interface Waiting {
  readonly item: LegEvent;
  readonly variables: Variables;
  resolve(completed: Completed): void;
  reject(error: unknown): void;
}

interface Group {
  readonly leg: Leg;
  readonly createContext: () => EdgeContext;
  readonly members: Waiting[];
}

/** Who takes turns with people for what is fetched for many of them. */
const crowd = { caller: 'crowds' };

/**
 * Completes the events that wait at the same time together: those of one subscription with one call to each subgraph, for
 * whoever comes back has missed many, and each alone would cost as much as all of them; and those of many viewers with one
 * place in the gate, so that what is their own of one event goes out in one request (see crowd.ts).
 */
export function createTogether(
  gate: Gate,
  completeOne: CompleteOne,
  limits: Pick<LiveLimits, 'maxViewersPerFetch' | 'maxRunningCrowds'>,
): (item: LegEvent, variables: Variables, createContext: () => EdgeContext) => Promise<Completed> {
  /** By what makes contexts for one subscription. */
  const gathering = new WeakMap<() => EdgeContext, Group>();
  /** Those of this turn. */
  let begun: Group[] = [];
  const crowdGate = createGate({ max: limits.maxRunningCrowds });

  async function complete(group: Group): Promise<void> {
    const { createContext, members } = group;
    if (gathering.get(createContext) === group) gathering.delete(createContext);
    // Made when its turn comes: the deadline is for the work and not for the wait.
    const context = createContext();
    const batches: SharedBatches = new Map();
    await Promise.all(
      members.map(({ item, reject, resolve, variables }) =>
        completeOne(item, variables, context, batches).then(resolve, reject),
      ),
    );
  }

  function fail(group: Group, error: unknown): void {
    if (gathering.get(group.createContext) === group) gathering.delete(group.createContext);
    for (const { reject } of group.members) reject(error);
  }

  function startAlone(group: Group, { caller, signal }: EdgeContext): void {
    gate({ caller, signal }, () => complete(group)).catch((error: unknown) => fail(group, error));
  }

  function startCrowd(groups: readonly Group[]): void {
    // One that fails, fails by itself.
    const completeEach = (group: Group) => complete(group).catch((error: unknown) => fail(group, error));
    const all = async () => void (await Promise.all(groups.map(completeEach)));
    crowdGate(crowd, () => gate(crowd, all)).catch((error: unknown) => {
      for (const group of groups) fail(group, error);
    });
  }

  function start(): void {
    const all = begun.flatMap((group) => {
      try {
        return [{ group, context: group.createContext() }];
      } catch (error) {
        fail(group, error);
        return [];
      }
    });
    begun = [];
    const isAmongMany = ({ context }: (typeof all)[number]) =>
      context.identity.kind === 'viewer' && !context.signal?.aborted;
    const viewers = all.filter(isAmongMany);
    const alone = viewers.length > 1 ? all.filter((each) => !isAmongMany(each)) : all;
    for (const { context, group } of alone) startAlone(group, context);
    if (viewers.length <= 1) return;
    for (const groups of inCrowds(viewers.map(({ group }) => group))) startCrowd(groups);
  }

  /** With so many events at a time as viewers may be asked for in one request. */
  function inCrowds(groups: readonly Group[]): Group[][] {
    const crowds: Group[][] = [];
    let events = Infinity;
    for (const group of groups) {
      events += group.members.length;
      if (events > limits.maxViewersPerFetch) {
        crowds.push([]);
        events = group.members.length;
      }
      crowds.at(-1)?.push(group);
    }
    return crowds;
  }

  return (item, variables, createContext) =>
    new Promise((resolve, reject) => {
      const member = { item, variables, resolve, reject };
      const open = gathering.get(createContext);
      if (open?.leg === item.leg) return void open.members.push(member);
      const group = { leg: item.leg, createContext, members: [member] };
      gathering.set(createContext, group);
      // Others come in the same turn.
      if (begun.push(group) === 1) setImmediate(start);
    });
}
