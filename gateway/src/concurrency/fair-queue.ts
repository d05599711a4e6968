/** A queue in which callers take turns: however much one of them has put in, the others' first comes next. */
export interface FairQueue<Item> {
  readonly size: number;
  push(caller: string, item: Item): void;
  /** The first of the caller whose turn it is. */
  shift(): Item | undefined;
  /** Whether it was still there. */
  remove(caller: string, item: Item): boolean;
}

export function createFairQueue<Item>(): FairQueue<Item> {
  // Maps and sets keep their order: who had a turn goes to the end.
  const lanes = new Map<string, Set<Item>>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    push(caller, item) {
      const lane = lanes.get(caller) ?? new Set();
      lanes.set(caller, lane.add(item));
      size++;
    },
    shift() {
      for (const [caller, lane] of lanes) {
        lanes.delete(caller);
        for (const item of lane) {
          lane.delete(item);
          if (lane.size > 0) lanes.set(caller, lane);
          size--;
          return item;
        }
      }
      return undefined;
    },
    remove(caller, item) {
      const lane = lanes.get(caller);
      if (!lane?.delete(item)) return false;
      if (lane.size === 0) lanes.delete(caller);
      size--;
      return true;
    },
  };
}
