/**
 * What every answer of the v2 API but an error looks like. The files of this folder hold only types and import only
 * each other: the dashboard's page, which runs in a browser, imports them too.
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
  /** The most items that this page could have had; absent when the list is not divided into pages. */
  limit?: number;
  /** Items on all pages together; only when the request asked for it with `includeTotal`. */
  total?: number;
}
