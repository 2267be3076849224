import { afterEach } from 'vitest';

const open: { close(): unknown }[] = [];

/** Has something closed after the test that it was opened in or for; what was opened last is closed first. */
export function closeAfterTest<Closable extends { close(): unknown }>(closable: Closable): Closable {
  open.push(closable);
  return closable;
}

afterEach(async () => {
  for (const closable of open.splice(0).reverse()) await closable.close();
});
