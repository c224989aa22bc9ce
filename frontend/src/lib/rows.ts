/** Rows of the server's records, and columns of tables over them. */
import type { Row } from "../api/types";
import type { Column } from "./DataTable.svelte";
import { number } from "./format";

export const num = (row: Row | undefined, column: string): number => {
  const value = row?.[column];
  return typeof value === "number" ? value : Number.NaN;
};

export const str = (row: Row | undefined, column: string): string => {
  const value = row?.[column];
  return typeof value === "string" ? value : "";
};

export const rows = (record: Row | undefined, name: string): Row[] => {
  const found = record?.[name];
  return Array.isArray(found) ? (found as Row[]) : [];
};

/** A column of words. */
export const words = (title: string, column: string): Column<Row> => ({ title, value: (r) => str(r, column) });

/** A column of numbers, written as `show` writes them. */
export const numbers = (
  title: string,
  column: string,
  show: (value: number) => string = number,
  unit = "",
): Column<Row> => ({
  title,
  unit,
  number: true,
  value: (r) => num(r, column),
  show: (r) => show(num(r, column)),
});
