/** What the view of plans makes of a record: tasks, marks on the map, columns. */
import type { Network, Project, Row } from "../api/types";
import type { Task } from "../charts/Gantt.svelte";
import type { Column } from "../lib/DataTable.svelte";
import { dollars } from "../lib/format";
import { num, numbers, str, words } from "../lib/rows";
import { corridorOf, type Mark, type Picture } from "../map/picture";
import { halfway } from "../map/way";
import { texts } from "../texts";

const t = texts.plan;

export const tasks = (portfolio: readonly Row[]): Task[] =>
  [...portfolio]
    .sort((a, b) => num(a, "start_year") - num(b, "start_year") || num(a, "opening_year") - num(b, "opening_year"))
    .map((r) => ({
      id: str(r, "project"),
      name: str(r, "name"),
      start: num(r, "start_year"),
      open: num(r, "opening_year"),
      note: dollars(num(r, "cost_usd")),
    }));

/** Where a project is drawn: the middle of its works, or of the places that it names. */
function siteOf(project: Project, network: Network): [number, number] | null {
  const link = network.links.find((l) => project.link_ids.includes(l.id));
  const places = network.places.filter((p) => project.place_ids.includes(p.id));
  if (places.length) {
    const mean = (f: (p: (typeof places)[number]) => number): number =>
      places.reduce((s, p) => s + f(p), 0) / places.length;
    return [mean((p) => p.lon), mean((p) => p.lat)];
  }
  return link ? halfway(link.coordinates) : null;
}

export function picture(
  ids: readonly string[],
  projects: readonly Project[],
  network: Network,
  chosen: string,
): Picture {
  const shown = projects.filter((p) => ids.includes(p.id));
  const marks: Mark[] = shown.flatMap((p) => {
    const at = siteOf(p, network);
    return at ? [{ id: p.id, at, shape: "project" as const, label: p.name }] : [];
  });
  const strands = shown.flatMap((p) =>
    p.link_ids.map((link) => ({
      link,
      corridor: corridorOf(p.corridor),
      width: p.id === chosen ? 6 : 3.4,
      faint: chosen !== "" && p.id !== chosen,
    })),
  );
  const seen = new Set<string>();
  return {
    strands: strands.filter((s) => !seen.has(s.link) && Boolean(seen.add(s.link))),
    marks,
    places: shown.filter((p) => p.id === chosen).flatMap((p) => p.place_ids),
  };
}

/** What is said of a link on the map: the project whose works it is. */
export const saysOf =
  (projects: readonly Project[]) =>
  (link: string): string =>
    projects.find((p) => p.link_ids.includes(link))?.name ?? "";

const cost = numbers(t.cost, "cost_usd", dollars, "USD");
const benefit = numbers(t.benefit, "benefit_usd", dollars, "USD");

export const columns: Column<Row>[] = [
  words(t.project, "name"),
  numbers(t.start, "start_year", String),
  numbers(t.opening, "opening_year", String),
  cost,
  benefit,
  numbers(t.per, "benefit_per_usd"),
];

export const unfundedColumns: Column<Row>[] = [words(t.project, "name"), cost, benefit, words(t.reason, "reason")];
