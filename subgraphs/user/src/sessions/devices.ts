import { decodeId, type SessionId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notFound, validationError } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import { parseInput, renameSessionInput } from '../accounts/validation.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { isOwnSession, putDeviceName, type SessionView } from './list.ts';
import type { Revocation } from './revocation.ts';

export type DeviceService = ReturnType<typeof createDeviceService>;

/** What a person does about the devices that they are signed in on. */
export function createDeviceService(options: {
  database: UserDatabase;
  revocation: Revocation;
  audit: AuditLog;
}) {
  const { audit, database, revocation } = options;
  return {
    /**
     * Gives a session's device a name, or with null takes it away. Each call says what is true afterwards, so it may be
     * repeated.
     * @throws UserErrors `ValidationError`; `NotFound` for a session that ended, or is nobody's or somebody else's
     */
    async rename(input: unknown, context: RequestContext): Promise<{ session: SessionView }> {
      const viewerId = requireViewer(context);
      const { deviceName, sessionId } = parseInput(renameSessionInput, input);
      const session = await putDeviceName(database, viewerId, readSessionId(sessionId), deviceName ?? null);
      if (!session) throw missing();
      return { session };
    },

    /**
     * @returns how many were ended: none when it had ended before
     * @throws UserErrors `ValidationError`, or `NotFound` for a session that is not the viewer's
     */
    end: (wire: string, context: RequestContext): Promise<{ endedSessionCount: number }> =>
      audit.around('session-end', context, async (subject) => {
        const viewerId = requireViewer(context);
        const id = readSessionId(wire);
        Object.assign(subject, { account: viewerId, session: id });
        const ended = await revocation.end(viewerId, { only: id }, context);
        if (ended === 0 && !(await isOwnSession(database, viewerId, id))) throw missing();
        subject.endedSessions = ended;
        return { endedSessionCount: ended };
      }),

    /** All but the one that asks. @returns how many were ended */
    async endOthers(viewerId: UserId, context: RequestContext): Promise<number> {
      const endedSessions = await revocation.end(viewerId, { allBut: context.sessionId }, context);
      audit.record('session-end', 'ok', context, { account: viewerId, endedSessions });
      return endedSessions;
    },
  };
}

function readSessionId(wire: string): SessionId {
  const id = decodeId('Session', wire);
  if (id === null) throw validationError('sessionId', 'This is not the id of a session.');
  return id;
}

function missing() {
  return notFound('session', { path: ['sessionId'] });
}
