import { changeTypeText } from '../changes/explain.ts';
import { explainComposition } from '../composition/fixes.ts';
import { lintRules } from '../lint/rules/index.ts';
import { badInput, exitCodes } from '../refusal.ts';

/** `registry explain CODE`: a composition code, a change type or a lint rule in plain words. */
export function runExplain(code: string): number {
  const text = explain(code);
  if (text === undefined)
    throw badInput(`Unknown code "${code}". Codes are printed by check, in brackets after the place.`);
  process.stdout.write(`${text}\n`);
  return exitCodes.passed;
}

/** The explanation, or undefined for a code that nothing of ours prints. */
export function explain(code: string): string | undefined {
  const composition = explainComposition(code.toUpperCase());
  if (composition)
    return `${code.toUpperCase()} (composition)\n${composition.means}\nFix: ${composition.fix}`;
  const rule = lintRules.find(({ name }) => name === code.toLowerCase());
  if (rule) return `${rule.name} (lint)\n${rule.wants}\nFix: ${rule.fix}`;
  return changeTypeText(code.toUpperCase());
}
