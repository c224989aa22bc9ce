/** Marks on the map of what the reader closed or changed. */
import { unwrap, type Mark } from "../map/picture";
import { halfway } from "../map/way";
import { data } from "../state/data.svelte";
import type { Change, World } from "../state/world";
import { changeName } from "./words";

function where(change: Change): [number, number] | null {
  const place = data.place(change.id);
  if (place) return [place.lon, place.lat];
  const way = unwrap(data.link(change.id)?.coordinates ?? []);
  return halfway(way);
}

export const changed = (world: World): Mark[] =>
  world.changes.flatMap((change) => {
    const at = where(change);
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
