import type { DirectiveNode } from 'graphql';

/** A conjunction of `@skip`s and `@include`s: what each variable must be. Empty is always. */
export type Conj = ReadonlyMap<string, boolean>;

export const always: Conj = new Map();

/** Undefined when both cannot hold together. */
export function and(left: Conj, right: Conj): Conj | undefined {
  if (right.size === 0) return left;
  if (left.size === 0) return right;
  const both = new Map(left);
  for (const [variable, isOn] of right) {
    if (both.has(variable) && both.get(variable) !== isOn) return undefined;
    both.set(variable, isOn);
  }
  return both;
}

export function withLiteral(conj: Conj, variable: string, isOn: boolean): Conj | undefined {
  return and(conj, new Map([[variable, isOn]]));
}

/** A selection's own conditions put to those above; undefined when it is never selected. */
export function underDirectives(
  conj: Conj,
  directives: readonly DirectiveNode[] | undefined,
): Conj | undefined {
  let result: Conj | undefined = conj;
  for (const { name, arguments: args } of directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const isInclude = name.value === 'include';
    const value = args?.[0]?.value;
    if (value?.kind === 'Variable') result = result && withLiteral(result, value.name.value, isInclude);
    else if (value?.kind === 'BooleanValue' && value.value !== isInclude) return undefined;
  }
  return result;
}

/** Whether one of the cases holds whenever `given` does. */
export function implies(given: Conj, cases: readonly Conj[]): boolean {
  let open: Conj | undefined;
  for (const one of cases) {
    let isCertain = true;
    let isPossible = true;
    for (const [variable, isOn] of one) {
      const known = given.get(variable);
      if (known === undefined) isCertain = false;
      else if (known !== isOn) isPossible = false;
    }
    if (isPossible && isCertain) return true;
    if (isPossible) open ??= one;
  }
  if (!open) return false;
  // Decide a variable that matters, both ways. Each way knows one more, so this ends.
  const undecided = [...open.keys()].find((variable) => !given.has(variable));
  if (undecided === undefined) return true;
  return [true, false].every((isOn) => implies(new Map(given).set(undecided, isOn), cases));
}

export function describe(conj: Conj): string {
  return [...conj]
    .map(([variable, isOn]) => `${isOn ? '' : '!'}$${variable}`)
    .sort()
    .join(' ');
}
