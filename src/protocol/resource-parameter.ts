import type { Provider } from '../providers/provider.ts';

/**
 * The value of `resource` in every request for tokens of this provider; `undefined` where it is not sent.
 *
 * @see [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707.html#section-2)
 */
export function resourceParameter({
  resource,
  isResourceUnsent,
}: Pick<Provider, 'resource' | 'isResourceUnsent'>): string | undefined {
  return isResourceUnsent ? undefined : resource;
}
