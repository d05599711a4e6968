import type { ResponsePath } from '@apollo/query-planner';
import { isJsonObject, type JsonObject } from './json.ts';

export type Path = (string | number)[];

/** One way through the data: `@` stands for every element of a list. */
export type PlanPath = readonly string[];

/** Type conditions (`field|[A,B]`) are a planner setting of ours that is off, so a step is a key or `@`. */
export function planPathOf(path: ResponsePath): PlanPath {
  return path.map(String);
}

/** Every object that a plan path reaches, in order, nulls left out. */
export function collectTargets(data: unknown, path: PlanPath): JsonObject[] {
  const found: JsonObject[] = [];
  descend(data, path, 0, found);
  return found;
}

function descend(value: unknown, path: PlanPath, at: number, found: JsonObject[]): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    // Both `@` and a key pass through a list: some plans name the list field alone.
    const next = path[at] === '@' ? at + 1 : at;
    for (let i = 0; i < value.length; i++) descend(value[i], path, next, found);
    return;
  }
  if (typeof value !== 'object') return;
  const key = path[at];
  if (key === undefined) found.push(value as JsonObject);
  else if (Object.hasOwn(value, key)) descend((value as JsonObject)[key], path, at + 1, found);
}

/** Where the objects of `collectTargets` are, in the same order. Worked out only when there is an error to place. */
export function locateTargets(data: unknown, path: PlanPath): Path[] {
  const found: Path[] = [];
  locate(data, path, 0, [], found);
  return found;
}

function locate(value: unknown, path: PlanPath, at: number, here: Path, found: Path[]): void {
  if (Array.isArray(value)) {
    const next = path[at] === '@' ? at + 1 : at;
    value.forEach((element, index) => locate(element, path, next, [...here, index], found));
    return;
  }
  if (!isJsonObject(value)) return;
  const key = path[at];
  if (key === undefined) found.push(here);
  else if (Object.hasOwn(value, key)) locate(value[key], path, at + 1, [...here, key], found);
}

/** The steps before the first list: the nearest place that is above every target. */
export function staticPrefix(path: PlanPath): Path {
  const list = path.indexOf('@');
  return list === -1 ? [...path] : path.slice(0, list);
}
