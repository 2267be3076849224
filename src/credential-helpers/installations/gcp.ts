import { join } from 'node:path';
import { UsageError } from '../../ground/errors.ts';
import { parsePlainJson, plainObject } from '../../ground/plain-json.ts';
import { foundProgram } from './found-program.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { plainWords } from './plain-words.ts';

const AUDIENCE =
  /^\/\/iam\.googleapis\.com\/(?:projects\/\d+\/)?locations\/global\/(?:workloadIdentityPools|workforcePools)\/[\w-]+\/providers\/[\w-]+$/;

/**
 * The file of credentials that the SDKs of Google look for. It belongs to this tool as a whole.
 *
 * @see [AIP-4117](https://google.aip.dev/auth/4117)
 */
export const gcpInstallation: Installation = {
  what: 'the credentials of Google Cloud',

  file({ surroundings }) {
    const { GOOGLE_APPLICATION_CREDENTIALS: named, CLOUDSDK_CONFIG: directory, APPDATA } = surroundings.env;
    const name = 'application_default_credentials.json';
    if (named || directory) {
      return named || join(directory ?? '', name);
    }
    return surroundings.platform === 'win32'
      ? APPDATA && join(APPDATA, 'gcloud', name)
      : homeFile(surroundings, '.config', 'gcloud', name);
  },

  snippet: documentOf,

  add: (text, wish) => (text.trim() === '' || isSame(text, wish) ? documentOf(wish) : undefined),

  remove: (text, wish) => (isOwn(text, wish) ? '' : text),

  next: () => 'Set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 for the programs that are to use it.',
};

const isSame = (text: string, wish: InstallWish) =>
  JSON.stringify(parsePlainJson(text)) === JSON.stringify(parsePlainJson(documentOf(wish)));

/** Whether the file has the command of these words, whatever the audience is: that need not be known to take it away. */
function isOwn(text: string, { words }: InstallWish): boolean {
  const source = plainObject(plainObject(parsePlainJson(text))?.credential_source);
  const command = plainObject(source?.executable)?.command;
  const own = ` ${plainWords(['credential', 'gcp', ...words])}`;
  return (
    typeof command === 'string' &&
    command.endsWith(own) &&
    /oauth-login[^\\/ ]*$/.test(command.slice(0, -own.length))
  );
}

function documentOf({ words, options, surroundings }: InstallWish): string {
  const { audience = '' } = options;
  if (!AUDIENCE.test(audience)) {
    throw new UsageError('usage_invalid', 'the provider of the workload identity pool is needed', {
      hint: 'add --audience //iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/work',
    });
  }
  // The SDKs want the whole path.
  const program = foundProgram('oauth-login', surroundings) ?? 'oauth-login';
  const document = {
    type: 'external_account',
    audience,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: {
      executable: { command: plainWords([program, 'credential', 'gcp', ...words]), timeout_millis: 30_000 },
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
