/**
 * A world is the built-in data, edited: named scenarios and projects, and changes that the reader made by hand.
 * A change has a short written form, which the address bar holds: `close~links~rail-A-B`, `slow~borders~rail-A-B~24`.
 */
export type Act = "close" | "slow" | "price";
export type Table = "links" | "borders" | "places" | "countries";

export interface Change {
  act: Act;
  table: Table;
  id: string;
  /** Percent for links, hours of delay or dollars a box for borders and places. */
  amount?: number;
}

export interface World {
  scenarios: string[];
  changes: Change[];
}

export type Edit = Record<string, string | number | boolean | string[]>;

export const EMPTY: World = { scenarios: [], changes: [] };

const ACTS: readonly string[] = ["close", "slow", "price"];
const TABLES: readonly string[] = ["links", "borders", "places", "countries"];

export const write = (change: Change): string =>
  [change.act, change.table, change.id, ...(change.amount === undefined ? [] : [String(change.amount)])].join("~");

/** Read one change; null for what is none, so that a damaged address still opens. */
export function read(text: string): Change | null {
  const [act = "", table = "", id = "", amount] = text.split("~");
  if (!ACTS.includes(act) || !TABLES.includes(table) || !/^[\w-]{2,120}$/.test(id)) return null;
  const change: Change = { act: act as Act, table: table as Table, id };
  if (amount !== undefined) {
    const value = Number(amount);
    if (!Number.isFinite(value) || value < 0) return null;
    change.amount = value;
  }
  return change;
}

export const same = (a: Change, b: Change): boolean => a.act === b.act && a.table === b.table && a.id === b.id;

/** Set a change, in the place of another of the same kind on the same thing; a closed thing needs no other change. */
export function withChange(world: World, change: Change): World {
  const others = world.changes.filter(
    (c) =>
      !(
        c.table === change.table &&
        c.id === change.id &&
        (c.act === change.act || change.act === "close" || c.act === "close")
      ),
  );
  return { ...world, changes: [...others, change] };
}

export const without = (world: World, change: Change): World => ({
  ...world,
  changes: world.changes.filter((c) => !same(c, change)),
});

export const isEmpty = (world: World): boolean => world.scenarios.length + world.changes.length === 0;

const NOTE = "Supposed by the reader of the page";
const HAND = { source_id: "caspia_judgement", method: "assumed", note: NOTE };

const TARIFFS = ["tariff_usd_per_teu_km", "tariff_usd_per_t_km"];

/** The edits of a scenario file that a change stands for. */
export function edits(change: Change): Edit[] {
  const amount = change.amount ?? 0;
  if (change.table === "countries") return [{ action: "ban", table: "countries", id: [change.id], ...HAND }];
  if (change.act === "close") {
    const by: Edit = change.table === "borders" ? { link: [change.id] } : { id: [change.id] };
    return [{ action: "close", table: change.table, ...by, ...HAND }];
  }
  if (change.table === "links") return onLink(change, amount);
  const where: Edit =
    change.table === "borders"
      ? { table: "borders", link: [change.id] }
      : { table: "terminals", place: [change.id] };
  const what = change.table === "borders" ? "border" : "handling";
  const added: Edit =
    change.act === "slow"
      ? { attribute: `${what}_h`, delta: amount, unit: "h" }
      : { attribute: `${what}_usd_per_teu`, delta: amount / 2, unit: "USD/TEU", price_year: 2025 };
  return [{ action: "add", ...where, ...added, ...HAND }];
}

function onLink(change: Change, amount: number): Edit[] {
  const where = { action: "scale", table: "links", id: [change.id], clip: true, ...HAND };
  if (change.act === "slow") return [{ ...where, attribute: ["speed_kmh"], factor: 1 / (1 + amount / 100) }];
  return [{ ...where, attribute: TARIFFS, factor: 1 + amount / 100 }];
}

export interface AskedWorld {
  scenarios: string[];
  edits: Edit[];
}

export const asked = (world: World): AskedWorld => ({
  scenarios: world.scenarios,
  edits: world.changes.flatMap(edits),
});
