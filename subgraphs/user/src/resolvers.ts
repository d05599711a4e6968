import { mergeResolvers } from '@murmuration/service-kit/subgraph';
import { accountResolvers } from './accounts/resolvers.ts';
import { digestResolvers } from './digests/resolvers.ts';
import { emailResolvers } from './emails/resolvers.ts';
import { exportResolvers } from './export/resolvers.ts';
import type { CompleteResolvers } from './generated/resolvers.ts';
import { leavingResolvers } from './leaving/resolvers.ts';
import { listResolvers } from './lists/resolvers.ts';
import { liveResolvers } from './live/resolvers.ts';
import { moderationResolvers } from './moderation/resolvers.ts';
import { nodeResolvers } from './nodes/resolvers.ts';
import { passkeyResolvers } from './passkeys/resolvers.ts';
import { passwordResolvers } from './passwords/resolvers.ts';
import { profileResolvers } from './profiles/resolvers.ts';
import { relationResolvers } from './relations/resolvers.ts';
import { dateTime } from './scalars.ts';
import { secondFactorResolvers } from './second-factor/resolvers.ts';
import { sessionResolvers } from './sessions/resolvers.ts';
import { suggestionResolvers } from './suggestions/resolvers.ts';
import { viewerResolvers } from './viewer/resolvers.ts';

/** Every concern's resolvers. Abstract types need none where their values say in `__typename` what they are. */
export const resolvers = mergeResolvers(
  { DateTime: dateTime },
  accountResolvers,
  sessionResolvers,
  emailResolvers,
  digestResolvers,
  passwordResolvers,
  leavingResolvers,
  exportResolvers,
  secondFactorResolvers,
  passkeyResolvers,
  moderationResolvers,
  profileResolvers,
  relationResolvers,
  listResolvers,
  suggestionResolvers,
  nodeResolvers,
  viewerResolvers,
  liveResolvers,
) satisfies CompleteResolvers;
