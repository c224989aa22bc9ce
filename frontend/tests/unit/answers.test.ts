import { describe, expect, it } from "vitest";
import type { FlowAnswer, Leg, Route, RouteAnswer } from "../../src/api/types";
import { key } from "../../src/lib/key";
import { strands, tonnesAPixel } from "../../src/views/flows";
import { behind, moved } from "../../src/views/routes";

const leg = (over: Partial<Leg>): Leg => ({
  operation: "line",
  mode: "rail",
  from_id: "A",
  from_name: "A",
  to_id: "B",
  to_name: "B",
  countries: [],
  length_km: 100,
  time_h: 10,
  cost_usd: 50,
  co2e_kg: 5,
  link_ids: ["rail-A-B"],
  facts: ["rail.speed_kmh", "rail.tariff_usd_per_teu_km"],
  sources: [],
  ...over,
});
const route = (corridor: string, days: number, cost: number): Route => ({
  id: corridor,
  corridor,
  rank: 1,
  best: false,
  countries: [],
  via: [],
  via_names: [],
  length_km: 100,
  cost_unit: "USD/FEU",
  cost_usd: { p10: cost * 0.9, p50: cost, p90: cost * 1.1, mean: cost },
  time_days: { p10: days, p50: days, p90: days, mean: days },
  co2e_kg: { p10: 1, p50: 1, p90: 1, mean: 1 },
  insurance_usd: 7,
  generalised_cost_usd: cost + days * 100,
  value_of_time_usd_per_day: 100,
  border_crossings: 0,
  gauge_changes: 0,
  transfers: 0,
  assumed_share: 0.1,
  legs: [leg({}), leg({ operation: "border", time_h: 0, cost_usd: 0 })],
});
const answer = (...routes: Route[]): RouteAnswer => ({ routes }) as unknown as RouteAnswer;

describe("what moved", () => {
  it("names what is lost, what is new and what changed, and nothing else", () => {
    const before = answer(route("Caspian", 20, 5000), route("Northern", 10, 3000), route("Ocean", 40, 2000));
    const after = answer(route("Caspian", 25, 5200), route("Ocean", 40, 2000), route("Southern", 30, 4000));
    const found = moved(before, after);
    expect(found.map((m) => m.corridor)).toEqual(["Caspian", "Northern", "Southern"]);
    expect(found.map((m) => m.good)).toEqual([false, false, true]);
    expect(found[0]?.text).toContain("+5.0 days");
  });

  it("is nothing where nothing changed", () => {
    const same = answer(route("Caspian", 20, 5000));
    expect(moved(same, same)).toEqual([]);
  });
});

describe("where a number comes from", () => {
  it("has parts that have to do with it, and their facts", () => {
    const cost = behind(route("Caspian", 20, 5000), "cost");
    expect(cost.parts?.map((p) => p.value)).toEqual([50, 7]);
    expect(cost.parts?.[0]?.facts).toEqual(["rail.tariff_usd_per_teu_km"]);
    expect(behind(route("Caspian", 20, 5000), "time").parts?.[0]?.facts).toEqual(["rail.speed_kmh"]);
  });
});

describe("flows", () => {
  const flows = {
    links: [
      { id: "a", flow_t: 9e6, corridors: { Caspian: 3e6, Ocean: 6e6 } },
      { id: "b", flow_t: 1e6, corridors: { Northern: 1e6 } },
    ],
  } as unknown as FlowAnswer;

  it("are drawn with widths proportional to their tonnes", () => {
    const scale = tonnesAPixel(flows, []);
    const found = strands(flows, [], scale);
    const width = (corridor: string): number => found.find((s) => s.corridor === corridor)?.width ?? 0;
    expect(width("Ocean") / width("Caspian")).toBeCloseTo(2);
    expect(width("Ocean") / width("Northern")).toBeCloseTo(6);
  });

  it("grow when the widest corridor is left out", () => {
    expect(tonnesAPixel(flows, ["Ocean"])).toBeCloseTo(tonnesAPixel(flows, []) / 3);
    expect(strands(flows, ["Ocean"], 1).map((s) => s.corridor)).toEqual(["Caspian", "Northern"]);
  });
});

it("gives one key to one question, whatever the order of its parts", () => {
  expect(key({ a: 1, b: { d: [2, 1], c: 3 } })).toBe(key({ b: { c: 3, d: [2, 1] }, a: 1 }));
  expect(key({ a: [1, 2] })).not.toBe(key({ a: [2, 1] }));
});
