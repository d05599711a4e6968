import type { GatewayConfig } from '../config.ts';
import { fileSource, type SupergraphSource, urlSource } from './source.ts';

/**
 * The source that the settings name.
 * @throws Error when it is none or two
 */
export function sourceOf(config: GatewayConfig): SupergraphSource {
  const { SUPERGRAPH_FILE: file, SUPERGRAPH_URL: url } = config;
  if (file && !url) return fileSource(file);
  if (url && !file)
    return urlSource(url, {
      token: config.SUPERGRAPH_TOKEN,
      keys: config.SUPERGRAPH_KEYS,
      maxBytes: config.SUPERGRAPH_MAX_BYTES,
    });
  throw new Error('Give either SUPERGRAPH_FILE or SUPERGRAPH_URL: where the supergraph is to be read.');
}
