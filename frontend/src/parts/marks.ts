/** Marks on the map of what the reader closed or changed. */
import { unwrap, type Mark } from "../map/picture";
import { data } from "../state/data.svelte";
import type { Change, World } from "../state/world";
import { changeName } from "./words";

function where(change: Change): [number, number] | null {
  const place = data.place(change.id);
  if (place) return [place.lon, place.lat];
  const way = unwrap(data.link(change.id)?.coordinates ?? []);
  return halfway(way);
}

/** The point half-way along a way, as the crow flies between its points. */
export function halfway(way: readonly [number, number][]): [number, number] | null {
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

export const changed = (world: World): Mark[] =>
  world.changes.flatMap((change) => {
    const at = where(change);
    if (!at) return [];
    return [{ id: change.id, at, shape: change.act === "close" ? ("closed" as const) : ("changed" as const), label: changeName(change) }];
  });
