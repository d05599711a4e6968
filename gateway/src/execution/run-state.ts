import type { CompiledFetch, CompiledSet, EntityFetch } from './compile-fetch.ts';
import type { JsonObject } from './json.ts';
import type { Path, Route } from './path.ts';
import type { ExecuteArgs, SubgraphError, SubgraphFetcher } from './types.ts';

/** Something that went wrong, at a place named by the keys of the fetched data (not yet the client's). */
export interface Fault {
  readonly subgraph: string;
  readonly path: Path | undefined;
  readonly renamed: ReadonlyMap<string, string>;
  readonly cause: { readonly answer: SubgraphError } | { readonly failure: unknown };
}

/** Entity fetches that wait for the end of the current turn to go out as one. */
export interface Batch {
  readonly fetch: EntityFetch;
  /** For each set of the fetch: representation text to its place in the list that is sent. */
  readonly representations: readonly Map<string, number>[];
  readonly consumers: Consumer[];
  readonly done: Promise<void>;
  readonly settle: () => void;
}

/** Those that wait, by what must be equal of fetches that go out as one. */
export type Batches = Map<string, Batch>;

/** One way through the data, of one fetch node's share of a batch. */
export interface Consumer {
  /** Of the run that the data is of. */
  readonly state: RunState;
  readonly fetch: EntityFetch;
  readonly set: CompiledSet;
  /** The set's number. */
  readonly index: number;
  readonly route: Route;
  readonly targets: JsonObject[];
  /** For each target its representation's place, or -1. */
  readonly places: number[];
}

/** What one run of an operation knows; made for the request and gone with it. */
export interface RunState {
  readonly data: JsonObject;
  readonly faults: Fault[];
  readonly args: ExecuteArgs;
  readonly fetcher: SubgraphFetcher;
  readonly batches: Batches;
  readonly variableTexts: Map<string, string>;
}

export function createRunState(data: JsonObject, args: ExecuteArgs, fetcher: SubgraphFetcher): RunState {
  return {
    data,
    faults: [],
    args,
    fetcher,
    batches: (args.batches ?? new Map()) as Batches,
    variableTexts: new Map(),
  };
}

/** The client's variables that a fetch uses, as the inside of a JSON object. Absent ones stay absent. */
export function variablesText(state: RunState, fetch: CompiledFetch): string {
  let text = '';
  for (const { client, prefix } of fetch.variables) {
    const value = variableText(state, client);
    if (value !== '') text += text === '' ? prefix + value : `,${prefix}${value}`;
  }
  return text;
}

function variableText(state: RunState, name: string): string {
  let text = state.variableTexts.get(name);
  if (text === undefined) {
    const given = state.args.variables;
    text = (given && Object.hasOwn(given, name) ? JSON.stringify(given[name]) : '') ?? '';
    state.variableTexts.set(name, text);
  }
  return text;
}
