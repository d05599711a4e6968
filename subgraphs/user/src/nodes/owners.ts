import { idTypes, typeOfId } from '@murmuration/ids';
import { downstreamError, type InternalClient } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import DataLoader from 'dataloader';
import type { NodeStub } from './node-stub.ts';

/** The types of `Node` that other subgraphs own. */
export type ForeignNode = NodeStub['__typename'];

/** Who owns them. Each answers for its own types through `_entities`, as it does to the gateway. */
export type NodeOwners = Readonly<
  Record<ForeignNode, { service: string; client: Pick<InternalClient, 'call'> }>
>;

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
  async function ask(type: ForeignNode, wires: readonly string[]): Promise<(boolean | Error)[]> {
    const { client, service } = owners[type];
    const keys = wires.map((ref): NodeStub => ({ __typename: type, ref }));
    const { identity, requestId } = request;
    const body = { query, variables: { keys } };
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
      return wires.map((_wire, index) => {
        if (!entities || failed.has(index)) return downstreamError(service);
        return entities[index] != null;
      });
    } catch (error) {
      return wires.map(() => downstreamError(service, error));
    }
  }

  return {
    exists: new DataLoader(
      async (wires) => {
        const found = new Map<string, boolean | Error>();
        const byType = Map.groupBy(wires, typeOfId);
        const types = (Object.keys(idTypes) as (keyof typeof idTypes)[]).filter(
          (type): type is ForeignNode => type in owners && byType.has(type),
        );
        await Promise.all(
          types.map(async (type) => {
            const asked = byType.get(type) ?? [];
            (await ask(type, asked)).forEach((answer, index) => found.set(asked[index] as string, answer));
          }),
        );
        return wires.map((wire) => found.get(wire) ?? false);
      },
      { maxBatchSize: idsAtOnce },
    ),
  };
}
