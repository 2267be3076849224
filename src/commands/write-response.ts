import type { Context } from '../ground/context.ts';
import { NetworkError, type OAuthLoginError, ResourceServerError } from '../ground/errors.ts';
import { type ResponseDestination, standardOutput } from '../output/response-destination.ts';
import { openResponseFile } from '../output/response-file.ts';
import { redirectNote, responseHead } from '../output/response-head.ts';

/** Opens the place of `-o`: a file, or the standard output. */
export function openDestination(output: string | undefined, context: Context): Promise<ResponseDestination> {
  if (output === undefined || output === '-') {
    return Promise.resolve(standardOutput(context, output === '-'));
  }
  return openResponseFile(output);
}

/**
 * Writes the response as it arrives; with `--fail`, throws for a status of 400 or more instead, and reads no body.
 *
 * Throws a `ResourceServerError` for 4xx, a `NetworkError` for 5xx.
 */
export async function writeResponse(
  response: Response,
  url: URL,
  flags: { readonly include?: boolean; readonly fail?: boolean },
  destination: ResponseDestination,
  context: Context,
): Promise<void> {
  if (flags.fail && response.status >= 400) {
    throw failed(response, url);
  }
  const note = redirectNote(response, url);
  if (note !== undefined) {
    context.stderr.write(note);
  }
  if (flags.include) {
    await destination.write(Buffer.from(responseHead(response)));
  }
  for await (const bytes of response.body ?? []) {
    if (!(await destination.write(bytes))) {
      break;
    }
  }
  await destination.finish();
}

function failed({ status }: Response, { origin }: URL): OAuthLoginError {
  const message = `${origin} answered with status ${status}`;
  if (status >= 500) {
    return new NetworkError('network_server_error', message, { hint: 'try again in a few minutes' });
  }
  return new ResourceServerError(message, { hint: nextStep(status) });
}

function nextStep(status: number): string {
  switch (status) {
    case 401:
      return 'this API does not accept the token; sign in again, or check that it is meant for this API';
    case 403:
      return 'sign in again with the scope that this request needs (--scope); oauth-login status shows the current ones';
    case 429:
      return 'wait a while before the next request';
    default:
      return 'run it again without --fail to see what the server says';
  }
}
