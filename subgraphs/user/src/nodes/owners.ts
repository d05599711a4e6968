import { type NodeType, nodeTypeOf } from '@murmuration/ids';
import { downstreamError, type InternalClient } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import DataLoader from 'dataloader';
import type { NodeStub } from './node-stub.ts';

/** The types of `Node` that other subgraphs own. */
export type ForeignNode = NodeStub['__typename'];

/** One subgraph that owns nodes. It answers for its own types through `_entities`, as it does to the gateway. */
export interface NodeOwner {
  service: string;
  client: Pick<InternalClient, 'call'>;
}

/** Who owns them. Types of one owner are asked for together. */
export type NodeOwners = Readonly<Record<ForeignNode, NodeOwner>>;

export interface NodeLoaders {
  /** Whether the object of a foreign type's wire id exists for the viewer. */
  exists: DataLoader<string, boolean>;
}

/** As many ids as `nodes` takes. */
const idsAtOnce = 100;

const query = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { __typename } }';

interface Answer {
  data?: { _entities: readonly (object | null)[] } | null;
  errors?: readonly { path?: readonly (string | number)[] }[];
}

/**
 * Asks the owners, in the viewer's name, each once for all that was asked for at once. The gateway's plan
 * cannot be relied on for it: it goes to an owner only for fields of the owner's, and an object whose fields
 * are all nullable would stand there empty where nothing exists.
 */
export function createNodeLoaders(owners: NodeOwners, request: RequestContext): NodeLoaders {
  async function ask(
    { client, service }: NodeOwner,
    stubs: readonly NodeStub[],
  ): Promise<(boolean | Error)[]> {
    const { identity, requestId } = request;
    const body = { query, variables: { keys: stubs } };
    try {
      const answer = await client.call<Answer>({
        method: 'POST',
        path: '/graphql',
        body,
        identity,
        requestId,
      });
      const failed = new Set(answer.errors?.map(({ path }) => path?.[1]));
      const entities = answer.data?._entities;
      return stubs.map((_stub, index) => {
        if (!entities || failed.has(index)) return downstreamError(service);
        return entities[index] != null;
      });
    } catch (error) {
      return stubs.map(() => downstreamError(service, error));
    }
  }

  return {
    exists: new DataLoader(
      async (wires) => {
        const stubs = wires.flatMap((ref): NodeStub[] => {
          const type = nodeTypeOf(ref);
          return type !== null && isForeign(type, owners) ? [{ __typename: type, ref }] : [];
        });
        const found = new Map<string, boolean | Error>();
        const byOwner = Map.groupBy(stubs, ({ __typename }) => owners[__typename]);
        await Promise.all(
          [...byOwner].map(async ([owner, asked]) => {
            const answers = await ask(owner, asked);
            asked.forEach(({ ref }, index) => found.set(ref, answers[index] ?? false));
          }),
        );
        return wires.map((wire) => found.get(wire) ?? false);
      },
      { maxBatchSize: idsAtOnce },
    ),
  };
}

function isForeign(type: NodeType, owners: NodeOwners): type is ForeignNode {
  return Object.hasOwn(owners, type);
}
