import type { ProfileMap } from './profile-request.ts';

/** The map of a provider whose UserInfo follows the standard (OpenID Connect Core §5.1, §5.3). */
export const standardClaims: ProfileMap = {
  sub: 'sub',
  preferred_username: 'preferred_username',
  name: 'name',
  email: 'email',
  email_verified: 'email_verified',
  picture: 'picture',
  profile: 'profile',
};
