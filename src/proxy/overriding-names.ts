/** Headers that some servers take the method from, in place of the one in the first line of the request. */
const methodHeaders: ReadonlySet<string> = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-method',
  'x-forwarded-method',
  'x-rewrite-method',
]);
/** Headers that some servers take the path from. */
const pathHeaders: ReadonlySet<string> = new Set([
  'x-original-url',
  'x-original-uri',
  'x-original-path',
  'x-rewrite-url',
  'x-rewrite-uri',
  'x-override-url',
  'x-forwarded-uri',
  'x-forwarded-url',
  'x-forwarded-path',
  'x-envoy-original-path',
]);
const METHOD = /^(?:get|head|post|put|patch|delete|options)$/i;

/** Whether a server could read another method than that of the request from one of its headers, or from its query. */
export function namesAnotherMethod(headerNames: readonly string[], { search }: URL): boolean {
  // Some servers separate the parts of a query at semicolons too.
  const parameters = [...new URLSearchParams(search.replaceAll(';', '&'))];
  return (
    headerNames.some((name) => methodHeaders.has(dashed(name))) ||
    parameters.some(([name, value]) => isMethodParameter(dashed(name), value))
  );
}

/** Whether a server could read another path than that of the request from one of its headers. */
export function namesAnotherPath(headerNames: readonly string[]): boolean {
  return headerNames.some((name) => pathHeaders.has(dashed(name)));
}

/** The Graph API of Facebook has `method`; elsewhere, that is a parameter like any other, with other values. */
function isMethodParameter(name: string, value: string): boolean {
  return name === '-method' || methodHeaders.has(name) || (name === 'method' && METHOD.test(value));
}

/** Servers behind CGI (RFC 3875 §4.1.18) and PHP tell neither case nor these characters apart, and PHP cuts off `[`. */
function dashed(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\[.*$/s, '')
    .replaceAll(/[^a-z0-9]/g, '-');
}
