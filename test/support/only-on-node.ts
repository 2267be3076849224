/**
 * Defines tests of what only Node has: its own flags, its debug output, the files of the npm package. They are no part of
 * a run against the one executable file (`npm test -- --binary`), which has none of these.
 */
export function onlyOnNode(define: () => void): void {
  if (process.env.OAUTH_LOGIN_TEST_BINARY === undefined) {
    define();
  }
}
