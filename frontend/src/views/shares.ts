/** Shares of a whole by state or corridor, as the views of supply and of exports show them: columns, bars, shades. */
import type { Row } from "../api/types";
import type { Bar } from "../charts/Bars.svelte";
import type { Column } from "../lib/DataTable.svelte";
import { percent } from "../lib/format";
import { num, numbers, str } from "../lib/rows";
import { data } from "../state/data.svelte";

const ends = (r: Row, column: string): string =>
  Number.isFinite(num(r, `${column}_p10`))
    ? `${percent(num(r, `${column}_p10`))}–${percent(num(r, `${column}_p90`))}`
    : "";

export const share = (title: string, column = "share"): Column<Row> => ({
  ...numbers(title, column, percent),
  under: (r) => ends(r, column),
});

export const bar = (r: Row, id: string, name: string, colour: string): Bar => ({
  id,
  name,
  colour,
  value: num(r, "share"),
  low: num(r, "share_p10"),
  high: num(r, "share_p90"),
  text: percent(num(r, "share")),
});

export const stateColumn = (title: string): Column<Row> => ({
  title,
  value: (r) => data.country(str(r, "country")),
});

export function stateBar(r: Row, colour: string): Bar {
  const id = str(r, "country");
  return bar(r, id, str(r, "name") || data.country(id), colour);
}

/** How dark each state is on the map: its share against the greatest. */
export function shades(rows: readonly Row[]): Record<string, number> {
  const most = Math.max(...rows.map((r) => num(r, "share")), 1e-9);
  return Object.fromEntries(rows.map((r) => [str(r, "country"), num(r, "share") / most]));
}
