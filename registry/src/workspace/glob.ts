/**
 * A glob as a pattern that captures what its first `*` stood for. Only `*` and `**` are special:
 * the same pattern must mean the same on disk and in a git tree.
 */
export function globPattern(glob: string): RegExp {
  const parts = glob.split(/(\*\*\/|\*\*|\*)/).map((part) => {
    if (part === '**/') return '(?:[^/]+/)*';
    if (part === '**') return '.*';
    return part === '*' ? '([^/]*)' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}

/** The folder part of a glob before anything special: where a walk has to start. */
export function globBase(glob: string): string {
  const fixed = glob.split('*')[0] ?? '';
  return fixed.slice(0, fixed.lastIndexOf('/') + 1).replace(/\/$/, '');
}
