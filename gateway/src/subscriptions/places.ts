/** What stays open (connections, subscriptions), counted by who has it. */
export interface Places {
  /**
   * Takes a place for one more; the returned function gives it back. Undefined when all are taken: those of the
   * process, of the network, or of the person.
   */
  take(person: string | undefined, network: string): (() => void) | undefined;
  /** Counts a connection for a person who said only later who they are; false when they have too many. */
  takeFor(person: string): (() => void) | undefined;
}

export interface PlaceLimits {
  max: number;
  maxPerNetwork: number;
  maxPerPerson: number;
}

/** One client cannot hold all of a process's places: each network and each person has a part of them. */
export function createPlaces({ max, maxPerNetwork, maxPerPerson }: PlaceLimits): Places {
  const byNetwork = createCounts(maxPerNetwork);
  const byPerson = createCounts(maxPerPerson);
  let taken = 0;

  return {
    take(person, network) {
      if (taken >= max) return undefined;
      const leaveNetwork = byNetwork(network);
      if (!leaveNetwork) return undefined;
      const leavePerson = person === undefined ? () => undefined : byPerson(person);
      if (!leavePerson) {
        leaveNetwork();
        return undefined;
      }
      taken++;
      return once(() => {
        taken--;
        leaveNetwork();
        leavePerson();
      });
    },
    takeFor: byPerson,
  };
}

function createCounts(max: number): (key: string) => (() => void) | undefined {
  const counts = new Map<string, number>();
  return (key) => {
    const count = counts.get(key) ?? 0;
    if (count >= max) return undefined;
    counts.set(key, count + 1);
    return once(() => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
  };
}

function once(leave: () => void): () => void {
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    leave();
  };
}
