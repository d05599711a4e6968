/** From who may do least to who may do most. */
export const roles = ['member', 'moderator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What an access token says that its owner may ask for; names stand in tokens and schemas and do not change. */
export const scopesOf = {
  member: [],
  moderator: ['moderation'],
  admin: ['moderation', 'administration'],
} as const satisfies Record<Role, readonly string[]>;

export type Scope = (typeof scopesOf)[Role][number];

export function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

/** Only those below oneself: who oversees the others is an admin's to see to. */
export function maySuspend(actor: Role, target: Role): boolean {
  return actor !== 'member' && roles.indexOf(target) < roles.indexOf(actor);
}

/** Nobody's own: whoever takes the role from the others keeps theirs. The last one may still leave; a command makes another. */
export function mayChangeRole(actor: Role, { isSelf }: { isSelf: boolean }): boolean {
  return actor === 'admin' && !isSelf;
}

/** Whether tokens of before say more than the person may. */
export function takesAway(before: Role, after: Role): boolean {
  return roles.indexOf(after) < roles.indexOf(before);
}
