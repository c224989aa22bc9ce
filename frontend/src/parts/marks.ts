/** Marks on the map of what the reader closed or changed. */
import type { Mark } from "../map/picture";
import { halfway } from "../map/way";
import { data } from "../state/data.svelte";
import type { World } from "../state/world";
import { changeName } from "./words";

/** Where a place lies, or the middle of a link. */
export function where(id: string): [number, number] | null {
  const place = data.place(id);
  return place ? [place.lon, place.lat] : halfway(data.link(id)?.coordinates ?? []);
}

export const changed = (world: World): Mark[] =>
  world.changes.flatMap((change) => {
    const at = where(change.id);
    if (!at) return [];
    return [
      {
        id: change.id,
        at,
        shape: change.act === "close" ? ("closed" as const) : ("changed" as const),
        label: changeName(change),
      },
    ];
  });
