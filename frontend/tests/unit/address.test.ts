import { describe, expect, it } from "vitest";
import { format, parse, START, type State } from "../../src/state/address";

const FULL: State = {
  view: "flows",
  world: { scenarios: ["iran-closed", "prj-tripp"], changes: [{ act: "close", table: "places", id: "KZAAU" }] },
  against: { scenarios: ["base-2025"], changes: [] },
  origin: "CNXIA",
  destination: "DEHAM",
  goods: "titanium",
  month: 3,
  avoid: ["RU", "CN"],
  year: 2034,
  growth: "high",
  budget: 3.7,
  years: "2026-2035",
  objective: "tonnes",
  sweep: true,
  supply: "antimony",
  importer: "DE",
  exporter: "UZ",
  jobs: { plan: "cfb1f003ade1b344" },
  camera: { lon: 60.25, lat: 44, zoom: 3.5 },
};

describe("the address", () => {
  it("holds the whole state", () => {
    expect(parse(format(FULL))).toEqual(FULL);
  });

  it("is short where nothing was changed", () => {
    expect(format(START)).toBe("?view=routes");
    expect(parse("")).toEqual(START);
  });

  it("tells a comparison with the world as it is from no comparison", () => {
    const state = { ...START, against: { scenarios: [], changes: [] } };
    expect(parse(format(state)).against).toEqual({ scenarios: [], changes: [] });
    expect(parse(format(START)).against).toBeNull();
  });

  it.each([
    "?view=nonsense&month=99&year=1066&budget=-3",
    "?world=../../etc&edits=close~links~<script>&avoid=a b,<i>",
    "?jobs=plan&map=1/2&from=%00",
  ])("opens all the same when damaged: %s", (query) => {
    const state = parse(query);
    expect(state.view).toBe("routes");
    expect([state.month, state.year, state.budget]).toEqual([START.month, START.year, START.budget]);
    expect([state.world, state.avoid, state.jobs, state.camera]).toEqual([START.world, [], {}, null]);
  });
});
