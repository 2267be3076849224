/** The presets that are asked for most: every list begins with them, and the others follow by name. */
export const popularProviders: readonly string[] = [
  ...['github', 'google', 'facebook', 'x', 'gitlab', 'microsoft', 'twitch'],
];
