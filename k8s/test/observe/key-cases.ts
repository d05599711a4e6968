import type { AlertCase } from './alert-case.ts';

const made = (purpose: string) => `signing_key_made_timestamp_seconds{purpose="${purpose}",instance="a"}`;
const day = 86_400;

/** Of keys and certificates. The tests' clock starts at 0, so what is old was made before it. */
export const keyCases: AlertCase[] = [
  {
    alert: 'KeyOld',
    series: { [made('internal')]: `${-181 * day}x120`, [made('access token')]: `${-10 * day}x120` },
    atMinute: 90,
    fires: { purpose: 'internal' },
  },
  {
    alert: 'KeyOld',
    series: {
      [made('refresh token')]: `${-1 * day}x120`,
      'signing_key_made_timestamp_seconds{purpose="refresh token",instance="b"}': `${-200 * day}x120`,
    },
    atMinute: 90,
    fires: { purpose: 'refresh token' },
  },
  { alert: 'KeyOld', series: { [made('internal')]: `${-170 * day}x120` }, atMinute: 90 },
  {
    alert: 'CertificateEnds',
    series: {
      'probe_ssl_earliest_cert_expiry{instance="api.example.org"}': `${13 * day}x120`,
      'certmanager_certificate_expiration_timestamp_seconds{name="gateway-tls"}': `${40 * day}x120`,
    },
    atMinute: 90,
    fires: { instance: 'api.example.org' },
  },
  {
    alert: 'CertificateEnds',
    series: { 'certmanager_certificate_expiration_timestamp_seconds{name="gateway-tls"}': `${13 * day}x120` },
    atMinute: 90,
    fires: { name: 'gateway-tls' },
  },
  {
    alert: 'CertificateEnds',
    series: { 'probe_ssl_earliest_cert_expiry{instance="api.example.org"}': `${15 * day}x120` },
    atMinute: 90,
  },
];
