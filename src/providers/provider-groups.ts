/** The groups of the list, in the order in which they are shown. */
export const groups = [
  'code',
  'cloud',
  'identity',
  'work',
  'business',
  'money',
  'social',
  'media',
  'games',
  'health and home',
  'storage and mail',
  'learning',
] as const;
