export interface PositionedAnswer {
  text: string;
  /** What the answer's `Graph-Position` says; null after a read, or when nothing changed. */
  position: string | null;
}

/** Sends operations as one person and brings a position along. */
export function createPositionedClient(url: string, accessToken: string) {
  async function send(query: string, position: string | null = null): Promise<PositionedAnswer> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
        ...(position === null ? {} : { 'graph-position': position }),
      },
      body: JSON.stringify({ query }),
    });
    const text = await answer.text();
    if (answer.status !== 200 || text.includes('"message"')) throw new Error(text);
    return { text, position: answer.headers.get('graph-position') };
  }
  return {
    /** The position that a mutation answers; null when it changed nothing. */
    write: async (mutation: string, brought: string | null = null) =>
      (await send(`mutation { ${mutation} { errors { message } } }`, brought)).position,
    home: async (position: string | null) => (await send(`{ ${homeField} }`, position)).text,
  };
}

export const homeField = 'homeTimeline(first: 10) { edges { node { text } } }';
