import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import { createLogger } from '@murmuration/service-kit';
import { buildSchema, GraphQLError, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEdgeContext, type EdgeContext } from '../context.ts';
import type { Run } from '../execution/apollo.ts';
import { maskErrors } from '../plugins/mask-errors.ts';
import { type Answer, createAnswer } from './answer.ts';
import { createKnownDocuments } from './known-documents.ts';

const schema = buildSchema('type Query { a(x: Int): String b: String }');
const logger = createLogger('test', 'silent');
const formatError = maskErrors(logger);
const documents = createKnownDocuments();

/** What the graph answers, by the variable `as`. */
const run: Run<EdgeContext> = async ({ request: { variables = {}, operationName } }) => {
  switch (variables['as']) {
    case 'partial':
      return {
        data: { a: null },
        errors: [new GraphQLError('no', { path: ['a'], extensions: { code: 'FORBIDDEN' } })],
      };
    case 'misfit':
      return { errors: [new GraphQLError('bad', { extensions: { code: 'BAD_USER_INPUT' } })] };
    case 'broken':
      throw new Error('secret');
    default:
      return { data: { a: operationName ?? 'one' } };
  }
};

let heard: string[] = [];
/** Writes down every hook with what it could see; `x-fail` and `x-answer` name hooks that do something. */
const recorder: ApolloServerPlugin<EdgeContext> = {
  async requestDidStart(context) {
    const note = async (hook: string) => {
      const { queryHash, source, document, operationName, operation, errors, metrics } = context;
      const { body, http } = context.response;
      const seen = [
        queryHash,
        source,
        document && 1,
        operation?.operation,
        operationName,
        errors?.map(String),
      ];
      heard.push(JSON.stringify([hook, seen, metrics.persistedQueryHit, body, http.status, context.request]));
      if (context.request.http?.headers.get('x-fail') !== hook) return;
      const head = { status: 418, headers: new HeaderMap([['x-tea', 'pot']]) };
      throw hook === 'didResolveOperation'
        ? new GraphQLError('no', { extensions: { code: 'FORBIDDEN', http: head as never } })
        : new Error('hook');
    };
    await note('requestDidStart');
    return {
      didResolveSource: () => note('didResolveSource'),
      didResolveOperation: () => note('didResolveOperation'),
      didEncounterErrors: () => note('didEncounterErrors'),
      async responseForOperation() {
        await note('responseForOperation');
        if (!context.request.http?.headers.has('x-answer')) return null;
        const http = { status: 203, headers: new HeaderMap([['x-from', 'plugin']]) };
        return { http, body: { kind: 'single', singleResult: { data: { a: 'plugin' } } } };
      },
      async executionDidStart() {
        await note('executionDidStart');
        return { executionDidEnd: async (error) => note(`executionDidEnd ${error?.message ?? ''}`) };
      },
      async willSendResponse() {
        await note('willSendResponse');
        context.response.http.headers.set('x-sent', 'yes');
      },
    };
  },
  async unexpectedErrorProcessingRequest({ error }) {
    heard.push(`unexpected ${error.message}`);
  },
};

let server: ApolloServer<EdgeContext>;
let answer: Answer;

beforeAll(async () => {
  server = new ApolloServer<EdgeContext>({
    gateway: {
      onSchemaLoadOrUpdate(listener) {
        listener({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: async () => ({
        executor: ({ context, ...rest }) => run({ ...rest, contextValue: context as EdgeContext }),
      }),
      stop: async () => undefined,
    },
    logger: { ...logger, error: () => undefined },
    plugins: [recorder, documents.plugin],
    formatError,
    nodeEnv: 'production',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await server.start();
  answer = createAnswer({ server, documents, plugins: [recorder], formatError, run, schema: () => schema });
});
afterAll(() => server.stop());

const hash = 'eeb8dcb5a9d5f9ac6bd5a1b8d5b1b3c5';
const requests: [string, unknown, Record<string, string>?][] = [
  ['a query', { query: '{ a }' }],
  ['an operation by its name', { query: 'query A { a } query B { b }', operationName: 'B', variables: null }],
  ['no operation of that name', { query: 'query A { a } query B { b }', operationName: 'C' }],
  ['which of two', { query: 'query A { a } query B { b }' }],
  ['a partial answer', { query: '{ a }', variables: { as: 'partial' } }],
  ['variables that do not fit', { query: '{ a }', variables: { as: 'misfit' } }],
  ['a fault of the executor', { query: '{ a }', variables: { as: 'broken' } }],
  ['a plugin that refuses', { query: '{ a }' }, { 'x-fail': 'didResolveOperation' }],
  ['a plugin that answers', { query: '{ a }' }, { 'x-answer': '1' }],
  ['a hook that fails at the start', { query: '{ a }' }, { 'x-fail': 'requestDidStart' }],
  ['a hook that fails at the end', { query: '{ a }' }, { 'x-fail': 'willSendResponse' }],
  ['the other media type', { query: '{ a }' }, { accept: 'application/graphql-response+json' }],
  ['no media type that there is', { query: '{ a }' }, { accept: 'text/css' }],
  ['extensions', { query: '{ a }', extensions: { trace: 1 } }],
  ['an unknown hash', { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
  ['a syntax error', { query: '{ a' }],
  ['an invalid document', { query: '{ c }' }],
  ['no query', { variables: {} }],
  ['variables in a string', { query: '{ a }', variables: '{}' }],
  ['a batch', [{ query: '{ a }' }]],
  ['no object', 'a'],
];

test.each(requests)(
  '%s is answered as by Apollo Server, its hooks too',
  async (_name, body, headers = {}) => {
    const direct: Answer = (request) => server.executeHTTPGraphQLRequest(request);
    await ask(direct, { query: '{ a }' }, {});
    await ask(answer, { query: '{ a }' }, {});
    const { accept = '' } = headers;
    await ask(answer, { query: '{ b }' }, accept ? { accept } : {});
    const expected = [await ask(direct, body, headers), await ask(direct, body, headers)];
    const given = [await ask(answer, body, headers), await ask(answer, body, headers)];
    expect(given).toEqual([expected[1], expected[1]]);
  },
);

test('a document is known by its hash once it was asked so', async () => {
  const query = '{ a b }';
  const { createHash } = await import('node:crypto');
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  await ask(answer, { query, extensions }, {});
  const first = await ask(answer, { extensions }, {});
  expect(documents.find(sha256Hash)?.document).toEqual(parse(query));
  expect(await ask(answer, { extensions }, {})).toEqual(first);
});

test('a caller that is refused hears it from Apollo Server', async () => {
  await ask(answer, { query: '{ a }' }, {});
  const refusal = new GraphQLError('who?', {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } as never },
  });
  const { status, body } = await answer({
    httpGraphQLRequest: requestOf({ query: '{ a }' }, {}),
    context: () => Promise.reject(refusal),
  });
  expect([status, bodyText(body)]).toEqual([401, expect.stringContaining('"who?"')]);
});

async function ask(by: Answer, body: unknown, headers: Record<string, string>) {
  heard = [];
  const identity = { kind: 'anonymous' } as const;
  const context = async () => createEdgeContext({ identity, requestId: 'r', deadlineMs: 1_000 });
  const response = await by({ httpGraphQLRequest: requestOf(body, headers), context });
  return {
    status: response.status ?? 200,
    headers: Object.fromEntries([...response.headers].filter(([name]) => name !== 'cache-control')),
    body: bodyText(response.body),
    heard,
  };
}

function requestOf(body: unknown, headers: Record<string, string>) {
  const all = { 'content-type': 'application/json', ...headers };
  return { method: 'POST', headers: new HeaderMap(Object.entries(all)), search: '', body };
}

function bodyText(body: HTTPGraphQLResponse['body']): string {
  return body.kind === 'complete' ? body.string : '';
}
