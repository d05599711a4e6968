import net from 'node:net';

/** Where connections go, as `net` and `tls` want to know it. */
export interface Origin {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** The host that TLS is to prove; addresses have none. */
  readonly servername: string | undefined;
}

export function originOf({ protocol, hostname, port }: URL): Origin {
  const isSecure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    isSecure,
    host,
    port: Number(port) || (isSecure ? 443 : 80),
    servername: net.isIP(host) === 0 ? host : undefined,
  };
}
