import { durationText } from '../ground/duration.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { CLOCK_TOLERANCE_SECONDS } from '../protocol/id-token.ts';
import { type Finding, fine, problem } from './finding.ts';

/** `Date` has whole seconds (RFC 9110 §5.6.7), so on average it is this late. */
const HALF_A_SECOND = 500;

/**
 * How far the clock of this machine is from that of the server, by `Date` and, where a cache answered, `Age`; nothing
 * where the server tells no time.
 *
 * @see [RFC 9110 §6.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-6.6.1)
 * @see [RFC 9111 §5.1](https://www.rfc-editor.org/rfc/rfc9111.html#section-5.1)
 */
export function clockFinding(host: string, headers: Headers, now: Date): readonly Finding[] {
  const date = Date.parse(headers.get('date') ?? '');
  const age = Number(headers.get('age') ?? '0');
  if (Number.isNaN(date)) {
    return [];
  }
  const theirs = date + HALF_A_SECOND + (age > 0 ? age * 1000 : 0);
  const ahead = Math.round((now.getTime() - theirs) / 1000);
  const far = durationText(Math.abs(ahead));
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_SECONDS) {
    return [fine('clock', `the clock agrees with that of ${host} within ${far}`)];
  }
  const message = `the clock of this machine is ${far} ${ahead > 0 ? 'ahead of' : 'behind'} that of ${host}`;
  return [
    problem(
      'clock',
      new ConfigurationError('config_wrong_clock', message, {
        hint: 'set the clock, or let the system do it (Linux: timedatectl set-ntp true); tokens and ID Tokens are refused by a wrong one',
      }),
    ),
  ];
}
