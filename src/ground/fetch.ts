/** A standard `fetch`, as the HTTP adapter hands it out. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The same, for a caller that spells an absent member as `undefined`, as oauth4webapi does. */
export type LibraryFetch = (
  input: string | URL | Request,
  init?: { [Member in keyof RequestInit]?: RequestInit[Member] | undefined },
) => Promise<Response>;

/** Gives the `fetch` in the type of oauth4webapi's `customFetch`. */
export function libraryFetch(fetch: Fetch): LibraryFetch {
  return (input, init) =>
    fetch(input, Object.fromEntries(Object.entries(init ?? {}).filter(([, value]) => value !== undefined)));
}
