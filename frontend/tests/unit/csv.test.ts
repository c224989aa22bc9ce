import { expect, it } from "vitest";
import { cell, csv } from "../../src/lib/csv";

it("quotes what would break a line apart", () => {
  expect(
    csv(
      ["a", "b"],
      [
        ['x,"y"', 1.5],
        ["two\nlines", null],
      ],
    ),
  ).toBe('a,b\r\n"x,""y""",1.5\r\n"two\nlines",\r\n');
});

it("makes no formula of a name, and no name of a negative number", () => {
  expect(cell("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
  expect(cell("-1+1")).toBe("'-1+1");
  expect(cell(-1.5)).toBe("-1.5");
  expect(cell(Number.POSITIVE_INFINITY)).toBe("");
});
