/** How changes of the world are named. */
import { data } from "../state/data.svelte";
import type { Change } from "../state/world";
import { texts } from "../texts";

export function changeName(change: Change): string {
  const t = texts.world;
  const name = data.name(change.id);
  if (change.table === "countries") return t.barred(name);
  if (change.act === "close") return t.closed(name);
  const amount = change.amount ?? 0;
  const words =
    change.table === "links" ? t.percent(amount) : change.act === "slow" ? t.hours(amount) : t.dollars(amount);
  return change.act === "slow" ? t.slowed(name, words) : t.dearer(name, words);
}
