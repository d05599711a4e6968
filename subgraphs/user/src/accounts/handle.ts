/** What a handle looks like: its owner's spelling is kept, but nobody else may take one that reads alike. */
export const handlePattern = /^[A-Za-z][A-Za-z0-9_]{2,29}$/;

/** Names that would pass for the platform itself. Compared as skeletons, so `Adm1n` is taken too. */
const reservedWords = [
  'about',
  'account',
  'admin',
  'administrator',
  'anonymous',
  'api',
  'everyone',
  'explore',
  'graphql',
  'help',
  'home',
  'login',
  'logout',
  'me',
  'moderator',
  'murmuration',
  'notifications',
  'null',
  'official',
  'root',
  'search',
  'security',
  'settings',
  'signup',
  'staff',
  'support',
  'system',
  'undefined',
  'viewer',
];
const reserved = new Set(reservedWords.map(skeletonOf));

/**
 * What must be unique: lower case, underscores dropped, and the few characters that pass for another in
 * most typefaces folded into one. Kept small on purpose: each rule takes names away from people.
 */
export function skeletonOf(handle: string): string {
  return handle
    .toLowerCase()
    .replaceAll('_', '')
    .replaceAll('0', 'o')
    .replaceAll(/[1i]/g, 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

export function isReserved(handle: string): boolean {
  return reserved.has(skeletonOf(handle));
}
