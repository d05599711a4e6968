import { type Assessment, breaking, type Rules, safe } from './rule.ts';

/** The root types of operations. */
export const schemaRules = {
  SCHEMA_QUERY_TYPE_CHANGED: (meta) => root('query', meta.oldQueryTypeName, meta.newQueryTypeName),
  SCHEMA_MUTATION_TYPE_CHANGED: (meta) =>
    root('mutation', meta.oldMutationTypeName, meta.newMutationTypeName),
  SCHEMA_SUBSCRIPTION_TYPE_CHANGED: (meta) =>
    root('subscription', meta.oldSubscriptionTypeName, meta.newSubscriptionTypeName),
} satisfies Partial<Rules>;

function root(kind: string, old: string | null | undefined, now: string | null | undefined): Assessment {
  if (!old) return safe(now ?? kind, `There was no ${kind} before.`);
  return breaking(old, `Every ${kind} starts at another type.`, [[old]]);
}
