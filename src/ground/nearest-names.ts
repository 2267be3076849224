/** A name longer than this is no slip of the fingers, and comparing it would only cost time. */
const LONGEST_NAME = 64;

/** Gives the candidates that differ from the name by a slip or two, only the nearest, at most three. */
export function nearestNames(name: string, candidates: Iterable<string>): string[] {
  const typed = name.toLowerCase();
  if (typed.length > LONGEST_NAME) {
    return [];
  }
  // A slip in a short word leaves too little of it to tell what was meant.
  const allowed = typed.length < 2 ? 0 : typed.length < 5 ? 1 : 2;
  return Array.from(candidates, (candidate) => ({
    candidate,
    distance: isBeginning(typed, candidate) ? 1 : editDistance(typed, candidate.toLowerCase()),
  }))
    .filter(({ distance }) => distance <= allowed)
    .filter(({ distance }, _index, near) => near.every((other) => distance <= other.distance))
    .sort((a, b) => a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function isBeginning(typed: string, candidate: string): boolean {
  return typed.length >= 3 && candidate.toLowerCase().startsWith(typed);
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped && row > 1 && column > 1) {
        best = Math.min(best, at(beforePrevious, column - 2) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
