import type { DocumentNode } from 'graphql';

/** One operation of one client, counted in one span of time. */
export type OperationUse = {
  name: string;
  hash: string;
  client: { name: string; version?: string | undefined };
  count: number;
  /** When the span began; an entry older than the window does not count. */
  at: string;
  /** When it was used last, as far as that is told: an ISO date-time in UTC. */
  lastAt: string;
  coordinates: ReadonlySet<string>;
  /** Its text, if the sender kept it. */
  document?: DocumentNode | undefined;
};

/** What is known of use, and for which time. Unknown usage is not zero usage, though some of it may be seen. */
export type Usage =
  | { status: 'known'; from: string; to: string; uses: readonly OperationUse[] }
  | { status: 'unknown'; because: string; uses: readonly OperationUse[] };

/** Who an operation comes from, as people say it: `ios@2.1`. */
export function clientLabel(client: OperationUse['client']): string {
  return client.version ? `${client.name}@${client.version}` : client.name;
}
