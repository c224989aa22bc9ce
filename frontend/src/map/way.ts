/** Geometry of ways on the map. */

import { unwrap } from "./picture";

/** The point half-way along a way, as the crow flies between its points. */
export function halfway(points: readonly (readonly number[])[]): [number, number] | null {
  const way = unwrap(points);
  const first = way[0];
  if (!first) return null;
  const steps = way.slice(1).map((b, i) => {
    const a = way[i] ?? b;
    return Math.hypot(b[0] - a[0], b[1] - a[1]);
  });
  let rest = steps.reduce((sum, s) => sum + s, 0) / 2;
  for (const [i, step] of steps.entries()) {
    const [a, b] = [way[i], way[i + 1]];
    if (a && b && rest <= step) {
      const f = step ? rest / step : 0;
      return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f];
    }
    rest -= step;
  }
  return first;
}
