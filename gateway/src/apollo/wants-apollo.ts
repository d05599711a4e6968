import type { GatewayConfig } from '../config.ts';

/** Whether the settings ask for Apollo Server: its plugins, its reports, or the stock executor. */
export function wantsApollo({ APOLLO_KEY, APOLLO_PLUGINS, EXECUTOR }: GatewayConfig): boolean {
  return EXECUTOR === 'apollo' || Boolean(APOLLO_KEY) || Boolean(APOLLO_PLUGINS);
}
