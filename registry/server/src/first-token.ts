import { createRegistryDatabase } from '@murmuration/prisma/registry';
import { readConfig, setting } from '@murmuration/config';
import { createGraphs } from './graphs.ts';
import { isKind } from './tokens/given.ts';
import { tokenKinds } from './tokens/permissions.ts';
import { createTokens } from './tokens/tokens.ts';

const dayMs = 86_400_000;

/** Makes a token of a graph, and the graph if need be, and prints the secret once. Returns the exit code. */
export async function createFirstToken(options: {
  graph: string;
  name: string;
  kind: string[];
  days?: string;
}): Promise<number> {
  const kinds = options.kind.filter(isKind);
  const days = options.days === undefined ? undefined : Number(options.days);
  if (kinds.length === 0 || kinds.length !== options.kind.length || (days !== undefined && !(days > 0))) {
    process.stderr.write(`Give --kind, one or more of ${tokenKinds.join(', ')}, and --days above 0.\n`);
    return 3;
  }
  const { REGISTRY_DATABASE_URL: url } = readConfig({ REGISTRY_DATABASE_URL: setting.postgresUrl() });
  const database = createRegistryDatabase({
    url,
    poolSize: 1,
    applicationName: 'murmuration-registry-token',
  });
  try {
    const graphs = createGraphs(database);
    const tokens = createTokens(database, { graphs, given: [], cacheMs: 0 });
    const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * dayMs);
    const { id, secret } = await tokens.create(await graphs.ensure(options.graph), {
      name: options.name,
      kinds,
      expiresAt,
    });
    process.stderr.write(
      `Token ${id} of ${options.graph}, for ${kinds.join(', ')}. It is shown this once:\n`,
    );
    process.stdout.write(`${secret}\n`);
    return 0;
  } finally {
    await database.$disconnect();
  }
}
