/** How requests are to be sent in this run. */
export interface HttpOptions {
  /** Plain http to a literal loopback address is allowed. */
  readonly allowHttpLoopback: boolean;
  /** A PEM file of certificate authorities, in addition to the built-in ones. */
  readonly caFile?: string;
  /** Receives one line for each exchange (method, origin, path, status, duration): never a query, a header or a body. */
  readonly trace?: (line: string) => void;
}

/** The way out to the network. */
export interface HttpClient {
  /** A standard `fetch` that follows no redirect, ends in time and reads no more than the cap. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}
