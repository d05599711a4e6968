import type { Batches } from '../execution/run-state.ts';
import type { EdgeContext } from '../operation/context.ts';
import type { Completed, LegEvent } from './completions.ts';
import type { Gate } from './gate.ts';
import type { Leg, Variables } from './leg.ts';

export type CompleteOne = (
  item: LegEvent,
  variables: Variables,
  context: EdgeContext,
  batches: Batches | undefined,
) => Promise<Completed>;

interface Waiting {
  readonly item: LegEvent;
  readonly variables: Variables;
  resolve(completed: Completed): void;
  reject(error: unknown): void;
}

interface Group {
  readonly leg: Leg;
  readonly members: Waiting[];
}

/**
 * Completes the events of a subscription that wait at the same time together: with one place in the gate, and one call
 * to each subgraph. Whoever comes back has missed many, and each alone would cost as much as all of them.
 */
export function createTogether(
  gate: Gate,
  completeOne: CompleteOne,
): (item: LegEvent, variables: Variables, createContext: () => EdgeContext) => Promise<Completed> {
  /** By what makes contexts for one subscription. */
  const gathering = new WeakMap<() => EdgeContext, Group>();

  async function complete({ members }: Group, context: EdgeContext): Promise<void> {
    const batches: Batches = new Map();
    await Promise.all(
      members.map(({ item, reject, resolve, variables }) =>
        completeOne(item, variables, context, batches).then(resolve, reject),
      ),
    );
  }

  function start(group: Group, createContext: () => EdgeContext): void {
    const { caller, signal } = createContext();
    const inTurn = () => {
      if (gathering.get(createContext) === group) gathering.delete(createContext);
      // Made when its turn comes: the deadline is for the work and not for the wait.
      return complete(group, createContext());
    };
    gate(caller, inTurn, signal).catch((error: unknown) => {
      if (gathering.get(createContext) === group) gathering.delete(createContext);
      for (const { reject } of group.members) reject(error);
    });
  }

  return (item, variables, createContext) =>
    new Promise((resolve, reject) => {
      const member = { item, variables, resolve, reject };
      const open = gathering.get(createContext);
      if (open?.leg === item.leg) return void open.members.push(member);
      const group = { leg: item.leg, members: [member] };
      gathering.set(createContext, group);
      // Others of the subscription come in the same turn.
      setImmediate(start, group, createContext);
    });
}
