import { describe, expect, it } from 'vitest';
import { stsEndpoint } from '../../../src/credential-helpers/sts-endpoint.ts';

const endpoint = (url: string) => stsEndpoint('', { AWS_ENDPOINT_URL_STS: url }).href;

describe('AWS_ENDPOINT_URL_STS', () => {
  it.each([
    'https://sts.amazonaws.com/',
    'https://sts.eu-west-1.amazonaws.com/',
    'https://sts-fips.us-gov-west-1.amazonaws.com/',
    'https://sts.cn-north-1.amazonaws.com.cn/',
    'https://vpce-1-2.sts.us-east-1.vpce.amazonaws.com/',
    'http://127.0.0.1:4566/',
  ])('names %s', (url) => {
    expect(endpoint(url)).toBe(url);
  });

  it.each([
    'https://a1.execute-api.us-east-1.amazonaws.com/',
    'https://sts.s3.amazonaws.com/',
    'https://sts.s3.us-east-1.amazonaws.com/',
    'https://sts-1.us-east-1.elb.amazonaws.com/',
    'https://ec2-1-2-3-4.compute-1.amazonaws.com/',
    'https://amazonaws.com/',
    'https://evilsts.amazonaws.com/',
    'https://sts.amazonaws.com.evil.test/',
    'http://sts.amazonaws.com/',
  ])('T02 gets no ID Token for %s', (url) => {
    expect(() => endpoint(url)).toThrow('not of AWS STS');
  });
});
