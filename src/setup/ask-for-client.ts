import { openAccountStore } from '../accounts/account-store.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError, StoreError } from '../ground/errors.ts';
import type { Prompts } from '../ground/ports.ts';
import { Secret } from '../ground/secret.ts';
import { clientFileNote, clientIdQuestion, clientSecretQuestion } from '../output/registration.ts';
import { problemText } from '../output/text.ts';
import { type ImportedClient, readClientFile } from '../settings/client-file.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { secretRule } from '../sign-in/secret-rule.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { clientIdProblem } from './client-id-problem.ts';
import { droppedPath } from './dropped-path.ts';

/** A client as the person gave it: typed, or in the file of the provider. */
export type TypedClient = Pick<ImportedClient, 'clientId' | 'redirectUri'> & {
  readonly clientSecret?: Secret;
};

/**
 * Asks for the client id and, where the provider has one, the secret; a file of the provider that is dropped on the
 * question gives both.
 */
export async function askForClient(
  settings: LoginSettings,
  prompts: Prompts,
  context: Context,
): Promise<TypedClient> {
  const { provider } = settings;
  const answer = await prompts.text(clientIdQuestion(provider), {
    ...defined({ initial: settings.clientId }),
    validate: (text) => {
      if (droppedPath(text) === undefined) {
        return clientIdProblem(text, provider);
      }
      return provider.clientFile === undefined
        ? 'that is a file; paste the client ID as the page shows it'
        : undefined;
    },
  });
  const file = droppedPath(answer);
  if (file !== undefined) {
    try {
      const client = await readClientFile(file, provider, context);
      context.stderr.write(clientFileNote(file));
      return client;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) {
        throw error;
      }
      context.stderr.write(problemText('warning', error));
      return askForClient(settings, prompts, context);
    }
  }
  const clientId = answer.trim();
  return {
    clientId,
    ...defined({ clientSecret: await askForSecret({ ...settings, clientId }, prompts, context) }),
  };
}

/** Asks for the secret where the provider has one, hidden; gives nothing when there is none or the stored one stays. */
export async function askForSecret(
  settings: RegisteredSettings,
  prompts: Prompts,
  context: Context,
): Promise<Secret | undefined> {
  const { provider, clientSecret } = settings;
  // The client token is asked for when it is needed. It is not the client secret, so it is never sealed as one.
  if (settings.device && provider.device?.clientToken !== undefined) {
    return undefined;
  }
  const rule = secretRule(settings);
  if (rule === 'none' || rule === 'unused' || clientSecret !== undefined) {
    return clientSecret;
  }
  const isStored = await hasStoredSecret(settings, context);
  const mayBeEmpty = isStored || rule !== 'required';
  const typed = await prompts.secret(
    clientSecretQuestion({ ...provider, clientSecret: rule }, isStored ? 'stored' : 'unknown'),
    {
      validate: (text) => {
        if (text.trim() === '') {
          return mayBeEmpty ? undefined : `${provider.label} needs it`;
        }
        if (text.trim() === settings.clientId) {
          return 'that is the client ID again; the secret is the other value on the page';
        }
        return /^[\x20-\x7e]+$/.test(text.trim()) ? undefined : 'paste the secret as the page shows it';
      },
    },
  );
  const secret = typed.reveal().trim();
  return secret === '' ? undefined : new Secret(secret);
}

/** A secret that cannot be opened counts as none: the person is about to give it again. */
export async function hasStoredSecret(
  { provider, clientId }: RegisteredSettings,
  context: Context,
): Promise<boolean> {
  try {
    const client = { issuer: provider.issuer, clientId };
    return (await openAccountStore(context).readClientSecret(client)) !== undefined;
  } catch (error) {
    if (error instanceof StoreError) {
      return false;
    }
    throw error;
  }
}
