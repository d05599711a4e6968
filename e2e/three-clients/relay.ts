import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import relay, {
  type ConcreteRequest,
  type GraphQLResponse,
  type RecordProxy,
  type RecordSourceProxy,
} from 'relay-runtime';
import { refuseErrors, type Road, type StoreClient } from './client.ts';
import { type Home, type LiveEvent, type OperationName, operationsWith, rowsOf } from './operations.ts';

const { ConnectionHandler, Environment, Network, Observable, RecordSource, ROOT_ID, Store } = relay;

const run = promisify(execFile);
const require = createRequire(import.meta.url);

export type Artifacts = Record<OperationName, ConcreteRequest>;

const list = 'Home_homeTimeline';
const operations = operationsWith({
  connection: `@connection(key: "${list}")`,
  connections: '$connections: [ID!]!',
  prependEdge: '@prependEdge(connections: $connections)',
  deleteRecord: '@deleteRecord',
});

/** What relay-compiler makes of the operations, written into a folder of its own. */
export async function compileForRelay(folder: string, schema: string): Promise<Artifacts> {
  await writeFile(path.join(folder, 'schema.graphql'), schema);
  for (const [name, text] of Object.entries(operations)) {
    const module = name.replace(/(Query|Mutation|Subscription)$/, '');
    await writeFile(path.join(folder, `${module}.js`), `graphql\`\n${text}\n\`;\n`);
  }
  const config = {
    src: '.',
    schema: 'schema.graphql',
    language: 'javascript',
    eagerEsModules: false,
    excludes: [],
  };
  await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiler = path.join(path.dirname(require.resolve('relay-compiler/package.json')), 'cli.js');
  await run(process.execPath, [compiler, '--noWatchman', 'relay.config.json'], { cwd: folder });
  return Object.fromEntries(
    Object.keys(operations).map((name) => [
      name,
      require(path.join(folder, '__generated__', `${name}.graphql.js`)) as ConcreteRequest,
    ]),
  ) as Artifacts;
}

function filterEdges(store: RecordSourceProxy, isKept: (edge: RecordProxy) => boolean): void {
  const connection = ConnectionHandler.getConnection(store.getRoot(), list);
  const edges = connection?.getLinkedRecords('edges');
  if (edges)
    connection?.setLinkedRecords(
      edges.filter((edge) => edge && isKept(edge)),
      'edges',
    );
}

const idOf = (from: RecordProxy | null | undefined, field: string) =>
  from?.getLinkedRecord(field)?.getDataID();

function hidePerson(store: RecordSourceProxy, id: string): void {
  filterEdges(
    store,
    (edge) => idOf(edge, 'repostedBy') !== id && idOf(edge.getLinkedRecord('node'), 'author') !== id,
  );
}

/** What no directive says; `PostAdded` is put into its list by `@prependEdge`. */
function apply(store: RecordSourceProxy, event: LiveEvent | undefined): void {
  if (event?.__typename === 'PersonHidden') hidePerson(store, event.userId);
  if (event?.__typename === 'PostRemoved') {
    const { postId, repostedBy } = event;
    // Not by `@deleteRecord`: a post whose repost was taken back is still there.
    if (!repostedBy) store.delete(postId);
    else
      filterEdges(
        store,
        (edge) => idOf(edge, 'node') !== postId || idOf(edge, 'repostedBy') !== repostedBy.id,
      );
  }
}

export function createRelayStore({ fetch, socket, url }: Road, artifacts: Artifacts): StoreClient {
  const environment = new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(
      async ({ text }, variables) => {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: text, variables }),
        });
        return (await answer.json()) as GraphQLResponse;
      },
      ({ text }, variables) =>
        Observable.create<GraphQLResponse>((sink) =>
          socket.subscribe({ query: text ?? '', variables }, {
            next: sink.next,
            error: sink.error,
            complete: sink.complete,
          } as never),
        ),
    ),
  });
  const home = relay.createOperationDescriptor(artifacts.HomeQuery, { first: 1, after: null });
  const retained = environment.retain(home);
  const connections = [ConnectionHandler.getConnectionID(ROOT_ID, list)];

  return {
    name: 'Relay',
    async load(first, after) {
      const data = await relay
        .fetchQuery(environment, artifacts.HomeQuery, { first, after }, { fetchPolicy: 'network-only' })
        .toPromise();
      return data as Home;
    },
    shown: () => rowsOf(environment.lookup(home.fragment).data as Partial<Home>),
    mutate: (name, id) =>
      new Promise((resolve, reject) => {
        relay.commitMutation(environment, {
          mutation: artifacts[name],
          variables: { id },
          updater(store) {
            if (name === 'BlockMutation') hidePerson(store, id);
          },
          onError: reject,
          onCompleted(data) {
            try {
              refuseErrors(data);
              resolve();
            } catch (error) {
              reject(error);
            }
          },
        });
      }),
    subscribe(name, variables, sink) {
      const subscription = relay.requestSubscription(environment, {
        subscription: artifacts[name],
        variables: { ...variables, connections },
        updater: (store, data) => apply(store, Object.values((data ?? {}) as Record<string, LiveEvent>)[0]),
        onNext(data) {
          for (const event of Object.values((data ?? {}) as Record<string, LiveEvent>)) sink.event(event);
        },
        onError: sink.over,
        onCompleted: () => sink.over(),
      });
      return () => subscription.dispose();
    },
    close: () => retained.dispose(),
  };
}
