import { onTestFinished } from 'vitest';

/** Has something closed after the test that it was opened in or for; what was opened last is closed first. */
export function closeAfterTest<Closable extends { close(): unknown }>(closable: Closable): Closable {
  onTestFinished(async () => {
    await closable.close();
  });
  return closable;
}
