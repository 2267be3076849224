import type { Environment } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';

const REGION = /^[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}$/;
/** The endpoint of all regions, of one, with FIPS, and of an interface endpoint in a VPC. */
const STS_HOST =
  /(?:^|\.)sts(?:-fips)?(?:\.[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}(?:\.vpce)?)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * The endpoint of STS in a region. AWS_ENDPOINT_URL_STS may name another one, or a server on this machine, and nothing
 * else: other hosts of AWS are run by its customers (T02).
 *
 * Throws a `UsageError` for another host, and for what is no region.
 */
export function stsEndpoint(region: string, env: Environment): URL {
  const given = env.AWS_ENDPOINT_URL_STS;
  if (given !== undefined && URL.canParse(given)) {
    const url = new URL(given);
    const isSts = STS_HOST.test(url.hostname) && url.protocol === 'https:';
    if (isSts || isLoopbackHost(url.hostname)) {
      return url;
    }
    throw new UsageError('usage_foreign_origin', 'AWS_ENDPOINT_URL_STS names a host that is not of AWS STS', {
      hint: 'unset AWS_ENDPOINT_URL_STS',
    });
  }
  if (!REGION.test(region)) {
    throw new UsageError('usage_invalid', 'the region of AWS is needed', {
      hint: 'add --region, for example --region eu-west-1, or set AWS_REGION',
    });
  }
  return new URL(`https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}
