import { safeText } from '../ground/safe-text.ts';

/** A note of `forget`: another program will ask this tool, which has no account any more. */
export function remainingHelperText({
  kind,
  file,
  isFoundAlone,
}: {
  readonly kind: string;
  readonly file: string;
  readonly isFoundAlone: boolean;
}): string {
  const command = isFoundAlone
    ? `oauth-login credential ${kind} --uninstall`
    : `oauth-login credential ${kind} NAME --uninstall, with the name that it was installed for`;
  return `note: ${safeText(file, 400)} still names oauth-login; to remove that: ${command}\n`;
}
