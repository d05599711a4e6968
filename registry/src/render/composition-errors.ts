import type { CompositionError } from '../composition/subgraph.ts';
import { inLine } from './in-line.ts';

/** Composition errors for a terminal: place, code, what is wrong, what to do. */
export function compositionErrorsText(errors: readonly CompositionError[]): string {
  const lines = errors.map((error) => {
    const place = error.file ? `${error.file}:${error.line ?? 1}:${error.column ?? 1} ` : '';
    return `${inLine(`${place}${error.code} ${error.message}`)}\n    fix: ${inLine(error.fix)}\n`;
  });
  return `${lines.join('')}${errors.length} composition error(s).\n`;
}
