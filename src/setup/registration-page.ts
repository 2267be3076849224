import type { Context } from '../ground/context.ts';
import { AbortedError } from '../ground/errors.ts';
import type { Prompts } from '../ground/ports.ts';
import { openPageLink, type PageLink } from '../loopback/page-link.ts';

/**
 * Opens the registration page in the browser when the person wants that, through a link of this tool that works
 * once. The caller closes the link when the person has gone on. Without a browser, no question is asked.
 */
export async function offerRegistrationPage(
  page: string | undefined,
  prompts: Prompts,
  context: Context,
): Promise<PageLink | undefined> {
  if (page === undefined || !page.startsWith('https://') || !context.canOpenBrowser) {
    return undefined;
  }
  if (!(await prompts.confirm('Open the page in your browser?', true))) {
    return undefined;
  }
  const failed = () =>
    context.stderr.write('The browser could not be opened; open the page above yourself.\n');
  let link: PageLink | undefined;
  try {
    link = await openPageLink(page);
    const launch = await context.openBrowser(link.link);
    void launch.exited.then((code) => code === 0 || failed());
    return link;
  } catch (error) {
    await link?.close();
    if (error instanceof AbortedError) {
      throw error;
    }
    failed();
    return undefined;
  }
}
