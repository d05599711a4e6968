/** What a composition code means and what to do about it; `registry explain CODE` prints both. */
export type CodeExplanation = { means: string; fix: string };

const codes: Record<string, CodeExplanation> = {
  INVALID_GRAPHQL: {
    means: 'The SDL of a subgraph is not valid GraphQL.',
    fix: 'Correct the SDL at the named place; a type that is named must be defined in this subgraph too.',
  },
};

/** The sentence on how to fix an error of this code. */
export function fixFor(code: string): string {
  return codes[code]?.fix ?? 'Change the named definition in one of the subgraphs so that they agree.';
}
