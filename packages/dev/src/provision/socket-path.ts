/** What the address of a socket holds on macOS; Linux has four bytes more. */
const longestPath = 103;

/**
 * The path, if a server can listen there: systems cut long ones, and the servers' own settings read commas,
 * quotes and blanks as signs. Whoever gets nothing goes by TCP, which costs the kernel about twice as much.
 */
export function usableSocket(path: string): string | undefined {
  const isSystemWithSockets = process.platform !== 'win32';
  return isSystemWithSockets && path.length <= longestPath && /^[\w./-]+$/.test(path) ? path : undefined;
}
