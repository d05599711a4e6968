import { decodeId, type PostId } from '@murmuration/ids';
import { validationError } from '@murmuration/service-kit';

/** @throws UserErrors `ValidationError` of the field for what is no id of a post */
export function postIdFrom(field: string, wireId: string): PostId {
  const id = decodeId('Post', wireId);
  if (id === null) throw validationError(field, 'This is not the id of a post.');
  return id;
}
