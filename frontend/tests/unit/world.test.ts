import { describe, expect, it } from "vitest";
import { asked, edits, EMPTY, read, withChange, without, write, type Change } from "../../src/state/world";

const CHANGES: Change[] = [
  { act: "close", table: "links", id: "rail-KZALA-KZKAZYB" },
  { act: "slow", table: "borders", id: "rail-CNALASH-KZDOS", amount: 24 },
  { act: "price", table: "places", id: "KZAAU", amount: 200 },
  { act: "close", table: "countries", id: "RU" },
];

describe("changes", () => {
  it.each(CHANGES)("survive the address: $act $id", (change) => {
    expect(read(write(change))).toEqual(change);
  });

  it.each(["", "close", "close~links~", "burn~links~x1", "close~oceans~x1", "slow~links~ab~-3", "close~links~<b>"])(
    "refuses %j",
    (text) => {
      expect(read(text)).toBeNull();
    },
  );

  it("replaces a change of the same kind, and closing takes the place of all others", () => {
    const slow: Change = { act: "slow", table: "places", id: "KZAAU", amount: 24 };
    const world = withChange(withChange(EMPTY, slow), { ...slow, amount: 48 });
    expect(world.changes).toEqual([{ ...slow, amount: 48 }]);
    const shut = withChange(world, { act: "close", table: "places", id: "KZAAU" });
    expect(shut.changes.map((c) => c.act)).toEqual(["close"]);
    expect(without(shut, { act: "close", table: "places", id: "KZAAU" })).toEqual(EMPTY);
  });

  it("leaves the world that it is given as it was", () => {
    withChange(EMPTY, { act: "close", table: "places", id: "KZAAU" });
    expect(EMPTY).toEqual({ scenarios: [], changes: [] });
  });
});

describe("edits of the server", () => {
  it("closes a crossing in both directions by its link", () => {
    const [edit] = edits({ act: "close", table: "borders", id: "rail-CNALASH-KZDOS" });
    expect(edit).toMatchObject({ action: "close", table: "borders", link: ["rail-CNALASH-KZDOS"] });
  });

  it("bars transit rather than trade of a country", () => {
    expect(edits({ act: "close", table: "countries", id: "RU" })[0]).toMatchObject({
      action: "ban",
      table: "countries",
    });
  });

  it("counts a price in boxes of forty feet, and a TEU is half of one", () => {
    const [edit] = edits({ act: "price", table: "places", id: "KZAAU", amount: 200 });
    expect(edit).toMatchObject({ attribute: "handling_usd_per_teu", delta: 100, unit: "USD/TEU" });
  });

  it("makes a link slower by its speed: half as fast for a hundred per cent more time", () => {
    const [edit] = edits({ act: "slow", table: "links", id: "rail-KZALA-KZKAZYB", amount: 100 });
    expect(edit).toMatchObject({ action: "scale", factor: 0.5 });
  });

  it("says of every edit that it is a supposition", () => {
    const world = asked({ scenarios: ["iran-closed"], changes: CHANGES });
    expect(world.scenarios).toEqual(["iran-closed"]);
    expect(world.edits.length).toBeGreaterThanOrEqual(CHANGES.length);
    for (const edit of world.edits) expect(edit["method"]).toBe("assumed");
  });
});
