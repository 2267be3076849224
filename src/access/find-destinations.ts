import type { AccountHead } from '../accounts/account.ts';
import {
  type Destinations,
  destinationsDocument,
  destinationsFile,
  stateOfSources,
} from '../accounts/kept-destinations.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import type { TokenAsPassword } from '../providers/token-as-password.ts';
import { writePrivateFile } from '../secrets/private-file-writing.ts';
import type { AccessSession } from './access-session.ts';
import { type TokenOrigins, tokenOrigins } from './token-origins.ts';
import type { TokenSource } from './token-source.ts';

/**
 * Finds where the token of each account may be sent, and keeps it for the next time. Throws a `ConfigurationError`.
 */
export async function findDestinations(
  heads: readonly AccountHead[],
  access: AccessSession,
): Promise<ReadonlyMap<AccountHead, Destinations>> {
  const { paths } = access.context;
  const state = stateOfSources(paths);
  const configuration = await access.configuration();
  const found = new Map(
    heads.map((head) => [
      head,
      destinationsIn(tokenOrigins({ kind: 'account', head }, undefined, {}, configuration)),
    ]),
  );
  try {
    const document = destinationsDocument(found, state);
    writePrivateFile(destinationsFile(paths), Buffer.from(`${JSON.stringify(document)}\n`), {
      durable: false,
    });
  } catch (error) {
    // It is found again the next time.
    if (!(error instanceof StoreError)) {
      throw error;
    }
  }
  return found;
}

/** Where the token of a source may be sent that is no account. Throws a `ConfigurationError` or a `UsageError`. */
export async function destinationsOfSource(
  source: TokenSource,
  target: string,
  access: AccessSession,
): Promise<Destinations> {
  return destinationsIn(tokenOrigins(source, target, {}, await access.configuration()));
}

function destinationsIn({ provider, origins }: TokenOrigins): Destinations {
  const serviceIn = (service: TokenAsPassword | undefined) => {
    const isHere = service?.host === undefined || service.host === provider.hosts?.default;
    return service === undefined
      ? undefined
      : { origins: isHere ? (service.origins ?? []) : [], ...defined({ username: service.username }) };
  };
  return {
    origins,
    ...defined({
      resource: provider.resource,
      git: serviceIn(provider.git),
      registry: serviceIn(provider.registry),
    }),
  };
}
