import type { PathSegment, PlanPath } from '../planning/plan.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { TypeRelations } from './type-relations.ts';

export type Path = (string | number)[];

/** One way through the data, worked out once a plan. */
export interface Route {
  /** Every object that it reaches, in order, nulls left out. */
  collect(data: unknown): JsonObject[];
  /** Where the objects of `collect` are, in the same order. Asked only when there is an error to place. */
  locate(data: unknown): Path[];
  /** The steps before the first list: the nearest place that is above every object. */
  readonly prefix: Path;
}

export function compileRoute(path: PlanPath, types: TypeRelations): Route {
  const steps = path.map((segment) => stepOf(segment, types));
  const list = path.findIndex(({ kind }) => kind === 'list');
  const before = list === -1 ? path : path.slice(0, list);
  return {
    collect(data) {
      const found: JsonObject[] = [];
      descend(data, steps, 0, found);
      return found;
    },
    locate(data) {
      const found: Path[] = [];
      locate(data, steps, 0, [], found);
      return found;
    },
    prefix: before.flatMap((segment) => (segment.kind === 'field' ? [segment.key] : [])),
  };
}

/** A key, `undefined` for every element of a list, or whether to go on with an object. */
type Step = string | undefined | ((value: JsonObject) => boolean);

function stepOf(segment: PathSegment, types: TypeRelations): Step {
  if (segment.kind === 'field') return segment.key;
  if (segment.kind === 'list') return undefined;
  const wanted = segment.types;
  // An object that does not say its type is let through: what is then required of it names the type again.
  return ({ __typename }) =>
    typeof __typename !== 'string' || wanted.some((type) => types.isSubtype(type, __typename));
}

function descend(value: unknown, steps: readonly Step[], at: number, found: JsonObject[]): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    // Both a list's step and others pass through a list: some plans name the list field alone.
    const next = at < steps.length && steps[at] === undefined ? at + 1 : at;
    for (let i = 0; i < value.length; i++) descend(value[i], steps, next, found);
    return;
  }
  if (typeof value !== 'object') return;
  if (at === steps.length) {
    found.push(value as JsonObject);
    return;
  }
  const step = steps[at];
  if (typeof step === 'function') {
    if (step(value as JsonObject)) descend(value, steps, at + 1, found);
  } else if (step !== undefined && Object.hasOwn(value, step)) {
    descend((value as JsonObject)[step], steps, at + 1, found);
  }
}

function locate(value: unknown, steps: readonly Step[], at: number, here: Path, found: Path[]): void {
  if (Array.isArray(value)) {
    const next = at < steps.length && steps[at] === undefined ? at + 1 : at;
    value.forEach((element, index) => locate(element, steps, next, [...here, index], found));
    return;
  }
  if (!isJsonObject(value)) return;
  if (at === steps.length) {
    found.push(here);
    return;
  }
  const step = steps[at];
  if (typeof step === 'function') {
    if (step(value)) locate(value, steps, at + 1, here, found);
  } else if (step !== undefined && Object.hasOwn(value, step)) {
    locate(value[step], steps, at + 1, [...here, step], found);
  }
}
