import type { Rewrite as RewriteNode, RewriteStep } from '../planning/plan.ts';
import { isForbiddenKey, isJsonObject, type JsonObject } from './json.ts';
import type { TypeRelations } from './type-relations.ts';

export type Rewrite = (value: unknown, fallbackType: string | undefined) => void;

/** The planner's corrections of a fetch's input or output, as one function; undefined when there is none. */
export function compileRewrites(
  rewrites: readonly RewriteNode[] | undefined,
  types: TypeRelations,
): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, types));
  return (value, fallbackType) => {
    for (const rewrite of compiled) rewrite(value, fallbackType);
  };
}

function compileRewrite(rewrite: RewriteNode, types: TypeRelations): Rewrite {
  const last = rewrite.path.at(-1);
  const key = last?.kind === 'field' ? last.key : '';
  let step: Rewrite = (value) => {
    if (isJsonObject(value)) change(value, key, rewrite);
  };
  for (const element of rewrite.path.slice(0, -1).reverse()) step = descend(element, step, types);
  return throughLists(step);
}

function change(target: JsonObject, key: string, rewrite: RewriteNode): void {
  if (rewrite.kind === 'ValueSetter') {
    if (!isForbiddenKey(key)) target[key] = rewrite.value;
    return;
  }
  // Any value moves, false and 0 too: the stock gateway loses the falsy ones here.
  if (isForbiddenKey(rewrite.to) || !Object.hasOwn(target, key)) return;
  target[rewrite.to] = target[key];
  target[key] = undefined;
}

function descend(step: RewriteStep, next: Rewrite, types: TypeRelations): Rewrite {
  const inner = throughLists(next);
  if (step.kind === 'field') {
    return (value) => {
      if (isJsonObject(value) && Object.hasOwn(value, step.key)) inner(value[step.key], undefined);
    };
  }
  return (value, fallbackType) => {
    if (!isJsonObject(value)) return;
    const typename = value.__typename ?? fallbackType;
    // An object that does not say its type is taken to match: the selection did not need to ask.
    if (typename === undefined || step.types.some((type) => types.isSubtype(type, String(typename)))) {
      inner(value, fallbackType);
    }
  };
}

function throughLists(step: Rewrite): Rewrite {
  const walk: Rewrite = (value, fallbackType) => {
    if (Array.isArray(value)) for (const element of value) walk(element, fallbackType);
    else step(value, fallbackType);
  };
  return walk;
}
