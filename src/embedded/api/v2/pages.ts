import type { PageInfo } from './answer-types/envelope.js';
import { V2Exception } from '../shared/v2.exception.js';

/**
 * Takes one page from a list that is read as a whole.
 *
 * @param cursor the id of the last item of the previous page; undefined for the first page
 * @param limit the size of a page; undefined for all remaining items
 * @throws V2Exception 400 when no item has the cursor as its id
 */
export function pageOf<T extends { id: string }>(
  all: readonly T[],
  cursor: string | undefined,
  limit: number | undefined,
): { items: T[]; page: PageInfo } {
  const last = cursor ? all.findIndex(({ id }) => id === cursor) : -1;
  if (cursor && last < 0) throw new V2Exception(400, 'invalid_request', `Invalid cursor: ${cursor}`);
  const left = all.slice(last + 1);
  const items = limit === undefined ? left : left.slice(0, limit);
  const hasMore = items.length < left.length;
  return {
    items,
    page: { cursor: hasMore ? items.at(-1)?.id : undefined, hasMore: hasMore || undefined, limit },
  };
}
