/** One subgraph as it is checked: its name, its SDL and the file that the SDL was read from. */
export type Subgraph = { name: string; url?: string | undefined; sdl: string; file?: string | undefined };

/** Everything wrong with a composition in one shape that every renderer understands. */
export type CompositionError = {
  code: string;
  message: string;
  /** One plain sentence on what to change. */
  fix: string;
  subgraph?: string;
  coordinate?: string;
  file?: string;
  line?: number;
  column?: number;
};

/** The file to name for a subgraph that came from memory or standard input. */
export function fileOf(subgraph: Subgraph): string {
  return subgraph.file ?? `${subgraph.name}.graphql`;
}
