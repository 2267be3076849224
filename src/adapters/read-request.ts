/** Without the signal, which `fetch` watches itself; and without the messages of the platform, which quote headers. */
export function readRequest(input: string | URL | Request, init: RequestInit): Request {
  try {
    return new Request(input, { ...init, signal: null });
  } catch {
    throw new TypeError('the address, the method or a header of the request is malformed');
  }
}
