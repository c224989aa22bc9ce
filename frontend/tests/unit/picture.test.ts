import type { Polygon, Position } from "geojson";
import { describe, expect, it } from "vitest";
import { planar } from "../../src/map/base";
import { bounds, corridorOf, sideBySide, unwrap } from "../../src/map/picture";
import { halfway } from "../../src/map/way";

describe("strands", () => {
  it("lie side by side without overlap, centred on the link", () => {
    const placed = sideBySide([
      { link: "a", corridor: "Ocean", width: 4 },
      { link: "a", corridor: "Caspian", width: 2 },
      { link: "b", corridor: "Caspian", width: 5 },
    ]);
    const own = placed.filter((p) => p.link === "a");
    expect(own.map((p) => p.corridor)).toEqual(["Caspian", "Ocean"]);
    const [left, right] = own;
    if (!left || !right) throw new Error("two strands");
    expect(left.offset + left.width / 2).toBeLessThanOrEqual(right.offset - right.width / 2);
    expect(left.offset - left.width / 2).toBeCloseTo(-(right.offset + right.width / 2));
    expect(placed.find((p) => p.link === "b")?.offset).toBe(0);
  });

  it("of a corridor that nobody knows look like others", () => {
    expect(corridorOf("Lunar")).toBe("Other");
  });
});

describe("ways", () => {
  it("never jump over the 180th meridian", () => {
    const way = unwrap([
      [170, 10],
      [-170, 12],
      [-160, 12],
    ]);
    expect(way.map(([lon]) => lon)).toEqual([170, 190, 200]);
  });

  it("have a middle by length", () => {
    expect(
      halfway([
        [0, 0],
        [1, 0],
        [10, 0],
      ]),
    ).toEqual([5, 0]);
    expect(halfway([])).toBeNull();
  });

  it("have bounds with room around them", () => {
    const found = bounds([
      [10, 40],
      [60, 50],
    ]);
    expect(found && found[0] < 10 && found[2] > 60 && found[1] < 40 && found[3] > 50).toBe(true);
    expect(bounds([])).toBeNull();
  });
});

describe("the base map", () => {
  const jumps = (ring: Position[]): number =>
    Math.max(...ring.slice(1).map((p, i) => Math.abs((p[0] ?? 0) - (ring[i]?.[0] ?? 0))));

  it("unrolls a shape over the 180th meridian", () => {
    const shape: Polygon = {
      type: "Polygon",
      coordinates: [
        [
          [170, 60],
          [-170, 60],
          [-170, 70],
          [170, 70],
          [170, 60],
        ],
      ],
    };
    expect(jumps(planar(shape).coordinates[0] ?? [])).toBeLessThanOrEqual(20);
  });

  it("closes a ring around the pole along it", () => {
    const round: Position[] = Array.from({ length: 37 }, (_, i) => [-180 + ((i * 10) % 360), -70]);
    const ring = planar<Polygon>({ type: "Polygon", coordinates: [round] }).coordinates[0] ?? [];
    expect(ring.at(-1)).toEqual(ring[0]);
    expect(ring.some((p) => p[1] === -90)).toBe(true);
  });
});
