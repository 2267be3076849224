import { AuthorizationServerError } from '../ground/errors.ts';
import { isReadDifferently, type OAuthClient } from './client-authentication.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

/** Sends requests as a client, and finds out how the server knows it. */
export interface FoundAuthentication {
  /**
   * Sends a request; when the server does not know the client, sends it once more with the client's other method of
   * authentication, where it has one. Throws what the request leads to.
   */
  send<Answer>(request: (endpoint: TokenEndpoint) => Promise<Answer>): Promise<Answer>;
  /** The client with the method that the server took last. */
  client(): OAuthClient;
}

/**
 * Requests to one authorization server, whose metadata list both ways to show a client secret while nobody said for
 * which of them the client was registered. A server that does not know the client has used up nothing.
 *
 * @see [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2)
 */
export function findAuthentication(endpoint: TokenEndpoint): FoundAuthentication {
  const { otherAuthentication, ...first } = endpoint.client;
  let client: OAuthClient = first;
  let other = otherAuthentication;
  return {
    async send(request) {
      try {
        return await request({ ...endpoint, client });
      } catch (error) {
        if (!isUnknownClient(error)) {
          throw error;
        }
        if (other === undefined) {
          throw client.clientAuthentication === 'private_key_jwt'
            ? withKeyAdvice(error)
            : isReadDifferently(client)
              ? withOtherWay(error)
              : error;
        }
        const changed: OAuthClient = { ...client, clientAuthentication: other };
        other = undefined;
        const answer = request({ ...endpoint, client: changed });
        await answer.then(
          () => {
            client = changed;
          },
          (again: unknown) => {
            // When the server knows the client by neither method, the secret is wrong, and the first answer says so
            // as well.
            if (isUnknownClient(again)) {
              throw error;
            }
            client = changed;
          },
        );
        return answer;
      }
    },
    client: () => client,
  };
}

/** The error with the next step for a secret that the server may have read differently than it was meant. */
function withOtherWay(error: AuthorizationServerError): AuthorizationServerError {
  return error.with({
    hint: 'the client secret has signs that servers decode in different ways; run the command again with --client-authentication client_secret_post, if the secret is right',
  });
}

/** The error with the next step for a client that signs with a key. */
function withKeyAdvice(error: AuthorizationServerError): AuthorizationServerError {
  return error.with({
    hint: 'check that the public half of this key is registered for this client; some servers also want "quirks": ["assertion-for-token-endpoint"] in the entry of config.json',
  });
}

function isUnknownClient(error: unknown): error is AuthorizationServerError {
  return error instanceof AuthorizationServerError && error.error === 'invalid_client';
}
