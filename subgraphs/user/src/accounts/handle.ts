/** What a handle looks like: its owner's spelling is kept, but nobody else may take one that looks alike. */
export const handlePattern = /^[A-Za-z][A-Za-z0-9_]{2,29}$/;

/** Names that would pass for the platform itself, `Adm1n` included. */
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
const reserved = new Set(reservedWords.map(foldWidely));

export function isReserved(handle: string): boolean {
  return reserved.has(foldWidely(handle));
}

/**
 * Whatever passes for another letter in some typeface. Wider than what keeps people's handles apart, which is the
 * database's to say (`handle_skeleton`): these few words are nobody's.
 */
function foldWidely(handle: string): string {
  return handle
    .toLowerCase()
    .replaceAll('_', '')
    .replaceAll('0', 'o')
    .replaceAll(/[1i]/g, 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}
