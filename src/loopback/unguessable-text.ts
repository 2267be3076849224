import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Compares two texts in a time that tells nothing about them; of digests, since `timingSafeEqual` wants equal lengths. */
export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** Gives 128 random bits as 22 characters of base64url. */
export function randomId(): string {
  return randomBytes(16).toString('base64url');
}
