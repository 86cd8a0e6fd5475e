/**
 * The form of every answer of the v2 API except errors. The files of this folder contain only types and import only each
 * other, because the dashboard's page, which runs in a browser, imports them too.
 */
export interface Answer<T> {
  data: T;
  metadata: {
    /** The server's time, in ISO 8601. */
    fetchedAt: string;
  };
}

/** One page of a list. */
export interface Page<T> extends Answer<T[]> {
  page: PageInfo;
}

export interface PageInfo {
  /** Send it back to read the next page; absent on the last page. */
  cursor?: string;
  hasMore?: boolean;
  /** The largest number of items on a page; absent if the list is not divided into pages. */
  limit?: number;
  /** The number of items on all pages; present only if the request asked for it with `includeTotal`. */
  total?: number;
}
