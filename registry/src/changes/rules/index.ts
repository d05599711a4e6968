import { directiveRules } from './directives.ts';
import { fieldRules } from './fields.ts';
import { inputRules } from './inputs.ts';
import type { Rules } from './rule.ts';
import { schemaRules } from './schema.ts';
import { typeRules } from './types.ts';

/** Every change type has its rule: the compiler refuses a list with a gap. */
export const rules: Rules = {
  ...typeRules,
  ...fieldRules,
  ...inputRules,
  ...directiveRules,
  ...schemaRules,
};
