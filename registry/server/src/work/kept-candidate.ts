import { hash } from 'node:crypto';
import { type ComposeCandidate, composeCandidate } from '@murmuration/registry/server';

/**
 * Composes what is checked, and keeps the last: the same candidate is checked for several environments, checked again when a build runs again,
 * and published after its check. What it is composed of says which it is.
 */
export function keepCandidate(): ComposeCandidate {
  let kept: { key: string; composed: ReturnType<ComposeCandidate> } | undefined;
  return (parsed, contracts) => {
    const subgraphs = parsed.map(({ file, name, sdl, url }) => [name, url, file, sdl]);
    const key = hash('sha256', JSON.stringify([subgraphs, contracts]));
    if (kept?.key === key) return kept.composed;
    // Two of a large graph would be too much for the thread.
    kept = undefined;
    const composed = composeCandidate(parsed, contracts);
    kept = { key, composed };
    return composed;
  };
}
