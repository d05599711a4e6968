import type { Change, Touches } from '../changes/change.ts';
import { clientLabel, type OperationUse, type Usage } from './usage-data.ts';

/** An operation that a change touches, with who sends it how often, and when that was told of last. */
export type TouchedOperation = {
  name: string;
  hash: string;
  clients: string[];
  count: number;
  /** An ISO date-time in UTC; reports that were kept earlier lack it. */
  lastAt?: string;
};

/** What usage says about one change. */
export type UsageVerdict =
  | { status: 'unused' }
  | { status: 'used'; operations: TouchedOperation[] }
  | { status: 'unknown'; because: string };

/** When use is too little, or comes from somebody whose use does not count. */
export type UsageRules = {
  minCount: number;
  minPercent: number;
  excludedClients: readonly string[];
};

/**
 * Joins a change with usage on exact coordinates: `User.nameHistory` says nothing about
 * `User.name`. An operation is touched if it uses all coordinates of one of the change's groups.
 */
export function joinUsage(change: Pick<Change, 'touches'>, usage: Usage, rules: UsageRules): UsageVerdict {
  if (usage.status === 'unknown') return { status: 'unknown', because: usage.because };
  const counted = countedUses(usage.uses, rules);
  const touched = counted.filter(({ coordinates }) => isTouched(change.touches, coordinates));
  if (!isEnough(touched, counted, rules)) return { status: 'unused' };
  return { status: 'used', operations: byOperation(touched) };
}

/** The uses of clients that are not excluded. */
export function countedUses(uses: readonly OperationUse[], rules: UsageRules): OperationUse[] {
  return uses.filter(({ client }) => !isExcluded(client, rules.excludedClients));
}

/** Whether `some` of the `counted` uses are more than what counts as none. */
export function isEnough(
  some: readonly OperationUse[],
  counted: readonly OperationUse[],
  { minCount, minPercent }: UsageRules,
): boolean {
  const calls = callsOf(some);
  return calls >= minCount && calls * 100 >= minPercent * callsOf(counted);
}

const callsOf = (uses: readonly OperationUse[]) => uses.reduce((sum, { count }) => sum + count, 0);

function isTouched(touches: Touches, used: ReadonlySet<string>): boolean {
  return touches.some((group) => group.every((coordinate) => used.has(coordinate)));
}

function isExcluded(client: OperationUse['client'], excluded: readonly string[]): boolean {
  return excluded.includes(client.name) || excluded.includes(clientLabel(client));
}

/** The uses of each operation added up, most called first. */
export function byOperation(uses: readonly OperationUse[]): TouchedOperation[] {
  const operations = Map.groupBy(uses, ({ hash }) => hash);
  return [...operations.values()]
    .map((group) => ({
      name: group[0]?.name ?? '',
      hash: group[0]?.hash ?? '',
      clients: [...new Set(group.map(({ client }) => clientLabel(client)))].sort(),
      count: callsOf(group),
      lastAt: group.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), ''),
    }))
    .sort((a, b) => b.count - a.count || (a.hash < b.hash ? -1 : 1));
}
