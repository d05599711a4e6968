import { authCodes } from './codes/auth.ts';
import { directiveCodes } from './codes/directives.ts';
import type { CodeExplanation } from './codes/explanation.ts';
import { hintCodes } from './codes/hints.ts';
import { keyCodes } from './codes/keys.ts';
import { mergeCodes } from './codes/merge.ts';
import { sdlCodes } from './codes/sdl.ts';
import { visibilityCodes } from './codes/visibility.ts';

/** Every code of the composition library and our own. */
export const compositionCodes: Readonly<Record<string, CodeExplanation>> = {
  ...sdlCodes,
  ...mergeCodes,
  ...keyCodes,
  ...directiveCodes,
  ...visibilityCodes,
  ...authCodes,
  ...hintCodes,
};

/** The sentence on how to fix an error of this code. */
export function fixFor(code: string): string {
  return (
    explainComposition(code)?.fix ?? 'Change the named definition in one of the subgraphs so that they agree.'
  );
}

/** What is known about a composition code. */
export function explainComposition(code: string): CodeExplanation | undefined {
  return Object.hasOwn(compositionCodes, code) ? compositionCodes[code] : undefined;
}
