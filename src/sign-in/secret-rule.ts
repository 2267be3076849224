import type { DeviceGrantRules } from '../providers/device-grant-rules.ts';
import type { Provider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** Whether this sign-in needs the client secret. The device grant of a provider may have its own rule. */
export function secretRule({
  device,
  provider,
}: Pick<LoginSettings, 'device' | 'provider'>):
  | Provider['clientSecret']
  | NonNullable<DeviceGrantRules['clientSecret']> {
  const own = device ? provider.device?.clientSecret : undefined;
  return provider.clientSecret === 'none' ? 'none' : (own ?? provider.clientSecret);
}
