/** How a caller stands with one limit, as `RateLimit` headers tell it. */
export interface Standing {
  /** Uses in a window. */
  quota: number;
  windowSeconds: number;
  /** Uses left in this one. */
  left: number;
  /** Until all are there again. */
  resetSeconds: number;
}

/** An answer of a subgraph that says how its caller stands: whoever serves clients makes headers of it. */
export interface Told {
  extensions: Record<string, unknown>;
}

/** Of an answer's `extensions`: standings by the names of limits. */
export const standingsExtension = 'rateLimits';

/** Names of limits a gateway takes from one subgraph, and characters of each. */
export const standingLimits = { names: 16, characters: 32 } as const;

/** Says how the caller stands with a limit; of several uses in one answer the last is told. */
export function tellStanding({ extensions }: Told, name: string, standing: Standing): void {
  const told = (extensions[standingsExtension] ??= {}) as Record<string, Standing>;
  told[name] = { ...standing, left: Math.min(Math.max(standing.left, 0), standing.quota) };
}

/** The standings of an answer that came from elsewhere; what is none is left out. */
export function readStandings(extensions: Readonly<Record<string, unknown>>): [string, Standing][] {
  const told = extensions[standingsExtension];
  if (typeof told !== 'object' || told === null) return [];
  return Object.entries(told)
    .filter((entry): entry is [string, Standing] => isName(entry[0]) && isStanding(entry[1]))
    .slice(0, standingLimits.names);
}

function isName(name: string): boolean {
  return name.length <= standingLimits.characters && /^[a-z][a-z-]*$/.test(name);
}

function isStanding(value: unknown): value is Standing {
  if (typeof value !== 'object' || value === null) return false;
  const { left, quota, resetSeconds, windowSeconds } = value as Partial<Standing>;
  return [left, quota, resetSeconds, windowSeconds].every(
    (each) => Number.isSafeInteger(each) && (each as number) >= 0,
  );
}
