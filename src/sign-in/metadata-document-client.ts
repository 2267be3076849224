import type { ResolvedProvider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * The client identifier that is the address of a document about this tool, where the server of a protected resource
 * reads such documents, takes public clients, and is to send the person to the redirect URI that stands in it.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
 */
export function metadataDocumentClient(
  { resource, clientMetadataUrl, isRedirectUriNamed }: LoginSettings,
  { metadata }: ResolvedProvider,
): string | undefined {
  const methods = metadata.token_endpoint_auth_methods_supported;
  const isRead = metadata.client_id_metadata_document_supported === true;
  const isPublicTaken = methods === undefined || methods.includes('none');
  return resource !== undefined && isRead && isPublicTaken && !isRedirectUriNamed
    ? clientMetadataUrl
    : undefined;
}
