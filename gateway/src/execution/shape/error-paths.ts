import type { Path } from '../path.ts';

interface Node {
  ends: boolean;
  readonly children: Map<string | number, Node>;
}

/** A set of paths that answers whether a place has an error at, above or below it, in one walk. */
export interface ErrorPaths {
  add(path: readonly (string | number)[] | undefined): void;
  covers(path: Path): boolean;
}

export function createErrorPaths(): ErrorPaths {
  const root: Node = { ends: false, children: new Map() };
  return {
    add(path) {
      let node = root;
      for (const step of path ?? []) {
        let child = node.children.get(step);
        if (!child) node.children.set(step, (child = { ends: false, children: new Map() }));
        node = child;
      }
      node.ends = true;
    },
    covers(path) {
      let node: Node | undefined = root;
      for (const step of path) {
        if (node.ends) return true;
        node = node.children.get(step);
        if (!node) return false;
      }
      return true;
    },
  };
}
