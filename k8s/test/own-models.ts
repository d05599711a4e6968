/**
 * What the manifests use of kinds that no package has a model of, as their API references describe them
 * (barman-cloud plug-in 0.16, Envoy Gateway 1.9). Whatever is not here is refused as a misspelling would be.
 */
interface Kind<ApiVersion extends string, Spec> {
  apiVersion: ApiVersion;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec: Spec;
}

interface SecretKey {
  name: string;
  key: string;
}
type Encryption = 'AES256' | 'aws:kms';

export type IObjectStore = Kind<
  'barmancloud.cnpg.io/v1',
  {
    retentionPolicy?: `${number}${'d' | 'w' | 'm'}`;
    configuration: {
      destinationPath: `s3://${string}`;
      endpointURL?: string;
      s3Credentials: { accessKeyId: SecretKey; secretAccessKey: SecretKey };
      wal?: {
        compression?: 'bzip2' | 'gzip' | 'lz4' | 'snappy' | 'xz' | 'zstd';
        encryption?: Encryption;
        maxParallel?: number;
      };
      data?: {
        compression?: 'bzip2' | 'gzip' | 'snappy';
        encryption?: Encryption;
        immediateCheckpoint?: boolean;
        jobs?: number;
      };
    };
  }
>;

type Duration = `${number}${'h' | 'm' | 's' | 'ms'}`;
interface Target<TargetKind extends string> {
  group: 'gateway.networking.k8s.io';
  kind: TargetKind;
  name: string;
}

export type IClientTrafficPolicy = Kind<
  'gateway.envoyproxy.io/v1alpha1',
  {
    targetRefs: Target<'Gateway'>[];
    clientIPDetection?: { xForwardedFor: { numTrustedHops: number } };
    timeout?: { http?: { requestReceivedTimeout?: Duration; idleTimeout?: Duration } };
  }
>;

export type IBackendTrafficPolicy = Kind<
  'gateway.envoyproxy.io/v1alpha1',
  {
    targetRefs: Target<'Gateway' | 'HTTPRoute'>[];
    timeout?: { http?: { connectionIdleTimeout?: Duration; requestTimeout?: Duration } };
    retry?: {
      numRetries?: number;
      retryOn?: { triggers: ('connect-failure' | 'refused-stream' | 'reset')[] };
    };
  }
>;
