/** What the view of flows makes of an answer: strands as wide as their tonnes, rings where it binds, what moved. */
import type { Capacity, FlowAnswer, Link, Network, Row } from "../api/types";
import { number, percent, tonnes } from "../lib/format";
import { num, str } from "../lib/rows";
import { CORRIDORS, corridorOf, type Mark, type Picture, type Strand } from "../map/picture";
import { halfway } from "../map/way";
import { texts } from "../texts";

const WIDEST_PX = 20;
const LEAST_PX = 0.25;

/** Tonnes that a pixel stands for, so that the fullest link on show is as wide as can be. */
export function tonnesAPixel(answer: FlowAnswer, hidden: readonly string[]): number {
  const sums = answer.links.map((l) =>
    Object.entries(l.corridors).reduce((sum, [name, t]) => (hidden.includes(name) ? sum : sum + t), 0),
  );
  return Math.max(...sums, 1) / WIDEST_PX;
}

export function strands(answer: FlowAnswer, hidden: readonly string[], scale: number): Strand[] {
  return answer.links.flatMap((l) =>
    Object.entries(l.corridors)
      .map(([name, t]) => ({ link: l.id, corridor: corridorOf(name), width: t / scale }))
      .filter((s) => !hidden.includes(s.corridor) && s.width > LEAST_PX),
  );
}

/** Where a capacity lies: its link or place, as the end of its id says. */
function spotOf(c: Capacity, network: Network, links: ReadonlyMap<string, Link>): [number, number] | null {
  const link = links.get(c.id);
  if (link) return link.coordinates[Math.floor(link.coordinates.length / 2)] ?? null;
  const place = network.places.find((p) => c.id.split("-").includes(p.id));
  return place ? [place.lon, place.lat] : null;
}

/** Where each corridor is named: on its widest strands, by length and width, two at most and far apart. */
function titles(found: readonly Strand[], links: ReadonlyMap<string, Link>): Mark[] {
  const marks: Mark[] = [];
  for (const corridor of CORRIDORS.filter((c) => c !== "Other")) {
    const own = found.filter((s) => s.corridor === corridor).sort((a, b) => weight(b, links) - weight(a, links));
    const spots: [number, number][] = [];
    for (const s of own) {
      const at = halfway(links.get(s.link)?.coordinates ?? []);
      if (!at || spots.length === 2 || spots.some((o) => Math.hypot(o[0] - at[0], o[1] - at[1]) < 25)) continue;
      spots.push(at);
      marks.push({ id: `${corridor}${spots.length}`, at, shape: "corridor", label: corridor });
    }
  }
  return marks;
}

const weight = (s: Strand, links: ReadonlyMap<string, Link>): number =>
  s.width * Math.sqrt(links.get(s.link)?.length_km ?? 1);

export function picture(
  answer: FlowAnswer,
  network: Network,
  hidden: readonly string[],
  scale: number,
  more: Mark[],
): Picture {
  const links = new Map<string, Link>(network.links.map((l) => [l.id, l]));
  const rings = answer.bottlenecks.flatMap((c): Mark[] => {
    const at = c.volume_capacity >= 0.95 ? spotOf(c, network, links) : null;
    const label = `${c.name}: ${percent(c.volume_capacity)}`;
    return at ? [{ id: c.key, at, shape: "ring", label, size: Math.min(c.volume_capacity, 1.5) }] : [];
  });
  const wide = strands(answer, hidden, scale);
  return { strands: wide, marks: [...titles(wide, links), ...rings, ...more], places: [] };
}

/** What is said of a link on the map. */
export function saysOf(answer: FlowAnswer, nameOf: (link: string) => string): (link: string) => string {
  const byId = new Map(answer.links.map((l) => [l.id, l]));
  return (id) => {
    const l = byId.get(id);
    const name = nameOf(id);
    if (!l) return name;
    const parts = Object.entries(l.corridors)
      .filter(([, t]) => t >= 500)
      .sort(([, a], [, b]) => b - a)
      .map(([corridor, t]) => `${corridor} ${tonnes(t)}`);
    const full =
      l.volume_capacity === null || l.volume_capacity === undefined
        ? ""
        : ` · ${texts.flows.full(percent(l.volume_capacity))}`;
    const change =
      l.before_t === null || l.before_t === undefined ? "" : `\n${tonnes(l.flow_t - l.before_t, true)}`;
    return `${name}\n${tonnes(l.flow_t)}${full}\n${parts.join(", ")}${change}`;
  };
}

/** The moves from corridor to corridor, and who gains transit, in words. */
export function moved(
  answer: FlowAnswer,
  name: (country: string) => string,
): { text: string; good: boolean | null }[] {
  const shifts = answer.shifts
    .filter((r) => num(r, "moved_t") >= 1000)
    .sort((a, b) => num(b, "moved_t") - num(a, "moved_t"))
    .slice(0, 4)
    .map((r) => ({ text: shift(r), good: null }));
  const states = answer.countries
    .filter((r) => Math.abs(num(r, "change_t")) >= 20_000)
    .sort((a, b) => Math.abs(num(b, "change_t")) - Math.abs(num(a, "change_t")))
    .slice(0, 4)
    .map((r) => ({
      text: `${str(r, "name") || name(str(r, "country"))}: ${tonnes(num(r, "change_t"), true)} ${texts.flows.transit.toLowerCase()}`,
      good: num(r, "change_t") > 0,
    }));
  return [...shifts, ...states];
}

/** A row without a corridor on one side is demand won or lost. */
function shift(r: Row): string {
  const [from, to] = [str(r, "from_corridor"), str(r, "to_corridor")];
  const t = tonnes(num(r, "moved_t"));
  if (to === "none") return texts.flows.lost(t, from);
  if (from === "none") return texts.flows.won(t, to);
  return `${t}: ${from} → ${to}`;
}

export const loadOf = (c: Capacity): string => texts.flows.load(number(c.flow), number(c.capacity), c.unit);

export const fullness = (c: Capacity): string => `${percent(c.volume_capacity)} · ${loadOf(c)}`;
