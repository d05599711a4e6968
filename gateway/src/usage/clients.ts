import { usageLimits } from './limits.ts';

/** The clients of one window, by the places that they get. */
export interface Clients {
  /** At most one more than {@link usageLimits.clients}. */
  placeOf(name: string | undefined, version: string | undefined): number;
  /** As JSON, in the order of their places. */
  written(): string[];
}

/** What is beyond the limit is `other`. */
export function createClients(): Clients {
  const byName = new Map<string, Map<string, number>>();
  const all: { name: string; version?: string }[] = [];

  function add(name: string, version: string): number {
    const place = all.push({ name, ...(version && { version }) }) - 1;
    const versions = byName.get(name) ?? new Map<string, number>();
    byName.set(name, versions.set(version, place));
    return place;
  }

  return {
    placeOf(sentName, sentVersion) {
      const name = withinLimit(sentName || 'unknown');
      const version = withinLimit(sentVersion ?? '');
      const place = byName.get(name)?.get(version);
      if (place !== undefined) return place;
      if (all.length < usageLimits.clients) return add(name, version);
      return byName.get('other')?.get('') ?? add('other', '');
    },
    written: () => all.map((client) => JSON.stringify(client)),
  };
}

function withinLimit(text: string): string {
  return text.length > usageLimits.clientLength ? text.slice(0, usageLimits.clientLength) : text;
}
