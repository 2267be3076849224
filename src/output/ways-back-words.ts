import type { WaysBack } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { durationText } from '../ground/duration.ts';
import { portForwardingCommand } from '../ground/surroundings.ts';
import { prose } from './wrapped-text.ts';

const PASTE_WARNING =
  'That address is as good as a password for a moment: give it to no page and no person but this terminal.';

/** What is said before the address of the sign-in page; a second sentence where it is needed only perhaps. */
export function openingWords(name: string, ways: WaysBack): readonly [string, string?] {
  const within = ways.openWithin === undefined ? '' : ` within ${durationText(ways.openWithin)}`;
  if (ways.opensBrowser) {
    return [
      `Opening the sign-in page of ${name} in the browser.`,
      `If it does not appear, open this address${within}:`,
    ];
  }
  const where = ways.surroundings === 'local' ? 'a browser on this machine' : 'a browser on your own machine';
  return [`Open this address${within} in ${where} to sign in to ${name}:`];
}

/** What helps when the browser's own loopback address does not lead to this process. */
export function otherWays(ways: WaysBack, context: Context): string[] {
  const lines: string[] = [];
  if (ways.surroundings !== 'local' && ways.ports.length > 0) {
    const forwarding = portForwardingCommand(ways.ports, context.env);
    lines.push(
      prose(
        'For the browser to reach this machine, first run this on your own computer, and leave it running:',
        context,
      ),
      '',
      `    ${forwarding}`,
      '',
    );
  }
  if (ways.canPaste) {
    lines.push(
      prose(
        ways.ports.length > 0
          ? 'Without it the last page cannot be shown: copy its whole address then, and paste it below.'
          : 'When you have finished there, copy the whole address of the last page, and paste it below.',
        context,
      ),
      prose(PASTE_WARNING, context),
    );
  }
  if (ways.offersDevice && ways.surroundings !== 'local') {
    lines.push(
      prose('Or stop this, and run the command again with --device: then a code is enough.', context),
    );
  }
  return lines;
}
