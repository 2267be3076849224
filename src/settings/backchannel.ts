import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import type { BackchannelRequest } from '../protocol/backchannel-authentication.ts';

/** The flags of a sign-in that begins at a server and ends on another device. */
interface BackchannelFlags {
  readonly loginHint?: string;
  readonly bindingMessage?: string;
}

/**
 * Whom `--ciba` asks, and what it shows. A binding message is short and plain, because it has to be compared by eye
 * (CIBA Core §7.1).
 *
 * Throws a `UsageError` without a person, and for a message that servers refuse.
 */
export function backchannelSetting({ loginHint, bindingMessage }: BackchannelFlags): BackchannelRequest {
  if (loginHint === undefined) {
    throw new UsageError('usage_invalid', '--ciba asks a person, and none is named', {
      hint: 'name the person: --login-hint ada@example.com',
    });
  }
  if (bindingMessage !== undefined && !/^[\w ./:+-]{1,20}$/.test(bindingMessage)) {
    throw new UsageError('usage_invalid', '--binding-message takes 1 to 20 letters, digits or . / : + - _', {
      hint: 'for example --binding-message W4-SCT',
    });
  }
  return { loginHint, ...defined({ bindingMessage }) };
}
