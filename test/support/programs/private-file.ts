import { OAuthLoginError } from '../../../src/ground/errors.ts';
import { readPrivateFile } from '../../../src/secrets/private-file-reading.ts';
import { writePrivateFile } from '../../../src/secrets/private-file-writing.ts';

/** Reads or writes a private file and says what came of it. */
const [action = '', file = '', content = ''] = process.argv.slice(2);
// As with a disk that is full, the write fails instead of the process.
process.on('SIGXFSZ', () => {});
try {
  if (action === 'write') {
    writePrivateFile(file, content);
  } else {
    console.log(`read ${readPrivateFile(file)?.toString()}`);
  }
  console.log('done');
} catch (error) {
  if (!(error instanceof OAuthLoginError)) {
    throw error;
  }
  console.log(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = error.exitCode;
}
