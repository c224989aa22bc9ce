/** What the view of routes makes of an answer: strands, spots, parts of a number, and what moved. */
import type { Leg, Link, Network, Route, RouteAnswer } from "../api/types";
import type { Spot } from "../charts/CostTime.svelte";
import { interval, number, percent, signed } from "../lib/format";
import { bounds, corridorOf, unwrap, type Mark, type Picture } from "../map/picture";
import type { Asked, Part } from "../state/why.svelte";
import { texts } from "../texts";

const t = texts.routes;

/** Intervals come with a median; where none is given the mean stands for it. */
export const middle = (i: Route["cost_usd"]): number => i.p50 ?? i.mean ?? 0;

export const spots = (routes: readonly Route[]): Spot[] =>
  routes.map((r) => ({
    id: r.id,
    corridor: r.corridor,
    days: [r.time_days.p10 ?? middle(r.time_days), middle(r.time_days), r.time_days.p90 ?? middle(r.time_days)],
    cost: [r.cost_usd.p10 ?? middle(r.cost_usd), middle(r.cost_usd), r.cost_usd.p90 ?? middle(r.cost_usd)],
  }));

export const money = (i: Route["cost_usd"]): string => interval(middle(i), i.p10, i.p90);

export function legName(leg: Leg): string {
  const mode = texts.modes[leg.mode] ?? leg.mode;
  const what = leg.operation === "line" ? mode : (texts.operations[leg.operation] ?? leg.operation);
  return leg.from_id === leg.to_id ? `${leg.from_name}: ${what}` : `${leg.from_name} – ${leg.to_name}, ${mode}`;
}

export const MEASURES = ["cost", "time", "co2"] as const;
type Measure = (typeof MEASURES)[number];

const PARTS: Record<
  Measure,
  { of: (leg: Leg) => number; unit: (r: Route) => string; of_route: (r: Route) => Route["cost_usd"] }
> = {
  cost: { of: (l) => l.cost_usd, unit: (r) => r.cost_unit, of_route: (r) => r.cost_usd },
  time: { of: (l) => l.time_h / 24, unit: () => t.days, of_route: (r) => r.time_days },
  co2: { of: (l) => l.co2e_kg, unit: () => t.co2Unit, of_route: (r) => r.co2e_kg },
};

/** A number of a route with its interval. */
export const amountOf = (route: Route, measure: Measure): Route["cost_usd"] => PARTS[measure].of_route(route);

/** What a number of a route is made of, leg by leg, with the keys of the facts behind. */
export function behind(route: Route, measure: Measure): Asked {
  const m = PARTS[measure];
  const unit = m.unit(route);
  const parts: Part[] = route.legs
    .filter((leg) => m.of(leg) > 0)
    .map((leg) => ({
      name: legName(leg),
      text: `${number(m.of(leg))} ${unit}`,
      value: m.of(leg),
      facts: factsOf(leg, measure),
    }));
  if (measure === "cost" && route.insurance_usd)
    parts.push({
      name: t.insurance,
      text: `${number(route.insurance_usd)} ${unit}`,
      value: route.insurance_usd,
      facts: [],
    });
  return {
    title: `${route.corridor}: ${t[measure]}`,
    text: `${money(m.of_route(route))} ${unit}`,
    kind: "modelled",
    note: `${texts.why.p}. ${t.assumed(percent(route.assumed_share))}.`,
    parts,
  };
}

const SAYS: Record<Measure, RegExp> = {
  cost: /usd|factor|pct|cargo/,
  time: /_h$|kmh|length|departures|closure|queue/,
  co2: /co2|emission|energy|grid|length/,
};

/** Facts of a leg that have to do with a measure; all of them if none says so. */
function factsOf(leg: Leg, measure: Measure): string[] {
  const found = leg.facts.filter((key) => SAYS[measure].test(key.slice(key.lastIndexOf(".") + 1)));
  const kept = found.length ? found : leg.facts;
  return [...kept].sort((a, b) => Number(a.endsWith(".length_km")) - Number(b.endsWith(".length_km")));
}

export function picture(
  answer: RouteAnswer,
  network: Network,
  chosen: string,
  hidden: readonly string[],
  marks: Mark[],
): Picture {
  const routes = answer.routes.filter((r) => !hidden.includes(r.corridor) || answer.routes.length < 3);
  const links = new Map<string, Link>(network.links.map((l) => [l.id, l]));
  const seen = new Set<string>();
  const strands = routes.flatMap((r) =>
    r.legs
      .flatMap((leg) => leg.link_ids)
      .filter((link) => {
        const key = `${link}|${r.corridor}`;
        return !seen.has(key) && Boolean(seen.add(key));
      })
      .map((link) => ({
        link,
        corridor: corridorOf(r.corridor),
        width: r.id === chosen ? 5 : 3,
        faint: chosen !== "" && r.id !== chosen,
      })),
  );
  const shown = chosen ? routes.filter((r) => r.id === chosen) : routes;
  const points = shown.flatMap((r) =>
    r.legs.flatMap((leg) => leg.link_ids.flatMap((id) => unwrap(links.get(id)?.coordinates ?? []))),
  );
  const places = [answer.origin.id, answer.destination.id, ...shown.flatMap((r) => r.via)];
  return { strands, marks, dashed: true, places: [...new Set(places)], fit: bounds(points.slice(0, 20000), 0.04) };
}

export interface Moved {
  corridor: string;
  text: string;
  good: boolean;
}

/** What the changes of the world do to each corridor. */
export function moved(before: RouteAnswer, after: RouteAnswer): Moved[] {
  const first = (a: RouteAnswer): Map<string, Route> =>
    new Map(a.routes.filter((r) => r.rank === 1).map((r) => [r.corridor, r]));
  const [old, fresh] = [first(before), first(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  return names.flatMap((corridor) => {
    const [a, b] = [old.get(corridor), fresh.get(corridor)];
    if (!b) return [{ corridor, text: t.gone(corridor), good: false }];
    if (!a) return [{ corridor, text: t.opened(corridor), good: true }];
    const time = middle(b.time_days) - middle(a.time_days);
    const cost = middle(b.cost_usd) - middle(a.cost_usd);
    if (Math.abs(time) < 0.05 && Math.abs(cost) < Math.max(1, middle(a.cost_usd) * 0.002)) return [];
    const text = `${corridor}: ${signed(cost)} ${b.cost_unit}, ${signed(time)} ${t.days}`;
    return [{ corridor, text, good: b.generalised_cost_usd < a.generalised_cost_usd }];
  });
}
