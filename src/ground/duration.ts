/** A duration in the largest unit that fits, such as `59 minutes`. */
export function durationText(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  for (const [unit, size] of units) {
    if (seconds >= 2 * size || (unit !== 'minute' && seconds === size)) {
      return plural(Math.floor(seconds / size), unit);
    }
  }
  return plural(Math.max(0, Math.round(seconds)), 'second');
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
