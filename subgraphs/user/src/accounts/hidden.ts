/**
 * SQL that says whether an account is hidden from everybody: suspended by others, or left by its owner.
 * @param alias of `account`, with its dot; none for the bare columns
 */
export function isHidden(alias = ''): string {
  return `(${alias}suspended_at IS NOT NULL OR ${alias}deactivated_at IS NOT NULL)`;
}
