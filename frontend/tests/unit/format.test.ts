import { describe, expect, it } from "vitest";
import { dollars, interval, number, percent, scale, signed, ticks, tonnes, THIN } from "../../src/lib/format";

describe("numbers read as in the report", () => {
  it.each([
    [31.4, "31"],
    [8.37, "8.4"],
    [0.0421, "0.042"],
    [104.4, "104"],
    [9.96, "10"],
    [99.6, "100"],
    [5263, `5${THIN}260`],
    [-12.3, "−12"],
    [0, "0"],
    [Number.NaN, "–"],
    [null, "–"],
  ])("%s is %s", (value, text) => {
    expect(number(value)).toBe(text);
  });

  it("writes intervals, and leaves out the ends that are missing", () => {
    expect(interval(31.2, 24, 43.1, "days")).toBe("31 (24–43) days");
    expect(interval(31.2, null, 43.1, "days")).toBe("31 days");
  });

  it("keeps small shares apart from nothing", () => {
    expect(percent(0.143)).toBe(`14${THIN}%`);
    expect(percent(0.001)).toBe(`<1${THIN}%`);
    expect(percent(0)).toBe(`0${THIN}%`);
    expect(percent(0.06, true)).toBe(`+6${THIN}%`);
  });

  it("says tonnes and dollars as people do", () => {
    expect(tonnes(4_120_000)).toBe("4.1 Mt");
    expect(tonnes(-250_000, true)).toBe("−250 kt");
    expect(tonnes(200)).toBe("0");
    expect(dollars(10.26e9)).toBe("10 bn USD");
    expect(dollars(3.2e6, true)).toBe("+3.2 m USD");
    expect(signed(3)).toBe("+3.0");
  });
});

describe("axes", () => {
  it("has round steps that stay within the range", () => {
    for (const [low, high] of [
      [0, 1],
      [3, 97],
      [0.02, 0.031],
      [1200, 98_000],
      [-5, 5],
    ] as const) {
      const found = ticks(low, high, 5);
      expect(found.length).toBeGreaterThanOrEqual(2);
      expect(found.length).toBeLessThanOrEqual(12);
      for (const t of found) expect(t >= low - 1e-9 && t <= high + 1e-9).toBe(true);
    }
  });

  it("maps ends to ends", () => {
    const x = scale([2, 4], [10, 110]);
    expect([x(2), x(3), x(4)]).toEqual([10, 60, 110]);
  });
});
