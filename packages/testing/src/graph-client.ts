/** An answer as it came: nothing is thrown for errors, for tests are about them. */
export interface GraphAnswer<Data> {
  status: number;
  data: Data | null | undefined;
  errors: GraphAnswerError[];
  headers: Headers;
}

export interface GraphAnswerError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string } & Record<string, unknown>;
}

export interface GraphClient {
  /** Sends one operation over plain HTTP. */
  send<Data>(query: string, variables?: object): Promise<GraphAnswer<Data>>;
  /**
   * The data of an operation that must go well.
   * @throws Error with the errors when it does not
   */
  ask<Data>(query: string, variables?: object): Promise<Data>;
  /** The same client speaking for another person; null for nobody. */
  as(accessToken: string | null): GraphClient;
}

/** @param token whose requests these are; asked for each of them where it changes, null for nobody */
export function createGraphClient(
  url: string,
  token: string | null | (() => string | null) = null,
): GraphClient {
  async function send<Data>(query: string, variables: object = {}): Promise<GraphAnswer<Data>> {
    const accessToken = typeof token === 'function' ? token() : token;
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    const json = (await answer.json()) as { data?: Data | null; errors?: GraphAnswerError[] };
    return { status: answer.status, data: json.data, errors: json.errors ?? [], headers: answer.headers };
  }

  return {
    send,
    as: (accessToken) => createGraphClient(url, accessToken),
    async ask<Data>(query: string, variables?: object): Promise<Data> {
      const { data, errors } = await send<Data>(query, variables);
      if (errors.length > 0 || data == null) throw new Error(JSON.stringify(errors));
      return data;
    },
  };
}
