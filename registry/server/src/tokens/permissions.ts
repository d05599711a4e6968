/** The kinds of token. Each is for one graph, and one token may be of several kinds. */
export const tokenKinds = ['read', 'publish', 'report', 'admin'] as const;

export type TokenKind = (typeof tokenKinds)[number];

/** Everything that somebody may do with a graph, and by which kinds of token. */
const permissions = {
  /** Versions, supergraphs, usage, checks, pages. */
  read: ['read', 'publish', 'admin'],
  /** Ask for a judgement: it changes nothing and is worth nothing to others. */
  check: ['read', 'publish', 'admin'],
  /** Publish, roll back. */
  publish: ['publish', 'admin'],
  /** Take responsibility for a change. */
  approve: ['publish', 'admin'],
  /** Tell what clients send. */
  report: ['report', 'admin'],
  /** Hand in whole usage files, which decide about removals. */
  addUsage: ['publish', 'admin'],
  /** Freezes, forced rollbacks, tokens. */
  govern: ['admin'],
} as const satisfies Record<string, readonly TokenKind[]>;

export type Action = keyof typeof permissions;

/** Whether a token of these kinds may do that. */
export function mayDo(kinds: readonly TokenKind[], action: Action): boolean {
  return permissions[action].some((kind) => kinds.includes(kind));
}

/** The kinds of which one would do, for a refusal's text. */
export function kindsFor(action: Action): readonly TokenKind[] {
  return permissions[action];
}
