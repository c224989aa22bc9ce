/** The address bar holds the whole state: what is asked, of which world, and where the map looks. */
import { EMPTY, read, write, type Change, type World } from "./world";

export const VIEWS = [
  "routes",
  "flows",
  "plan",
  "rollout",
  "security",
  "exporter",
  "risk",
  "game",
  "claims",
] as const;
export type View = (typeof VIEWS)[number];

export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
}

export interface State {
  view: View;
  world: World;
  /** The world that flows are compared with; null compares with nothing. */
  against: World | null;
  origin: string;
  destination: string;
  goods: string;
  month: number;
  avoid: string[];
  year: number;
  growth: string;
  budget: number;
  years: string;
  objective: string;
  /** Whether plans for 1 to 30 billion dollars are asked for besides. */
  sweep: boolean;
  supply: string;
  importer: string;
  exporter: string;
  /** Ids of the jobs that answer the slow views, by view. */
  jobs: Record<string, string>;
  camera: Camera | null;
}

export const START: State = {
  view: "routes",
  world: EMPTY,
  against: null,
  origin: "KZALA",
  destination: "DEDUI",
  goods: "containers",
  month: 0,
  avoid: [],
  year: 2025,
  growth: "central",
  budget: 20.053,
  years: "2026-2030",
  objective: "benefit",
  sweep: false,
  supply: "min-uranium",
  importer: "JP",
  exporter: "KZ",
  jobs: {},
  camera: null,
};

const ID = /^[\w-]{1,80}$/;
const ids = (text: string | null): string[] => (text ?? "").split(",").filter((part) => ID.test(part));
const word = (text: string | null, otherwise: string): string =>
  text !== null && ID.test(text) ? text : otherwise;

function within(text: string | null, low: number, high: number, otherwise: number): number {
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : otherwise;
}

function world(scenarios: string | null, changes: string | null): World {
  const found = (changes ?? "")
    .split(",")
    .map(read)
    .filter((c): c is Change => c !== null);
  return { scenarios: ids(scenarios), changes: found };
}

function camera(text: string | null): Camera | null {
  const [lon, lat, zoom] = (text ?? "").split("/").map(Number);
  const all = [lon, lat, zoom].every((x) => x !== undefined && Number.isFinite(x));
  return text && all ? { lon: lon ?? 0, lat: lat ?? 0, zoom: zoom ?? 2 } : null;
}

function jobs(params: URLSearchParams): Record<string, string> {
  const pairs = ids(params.get("jobs")?.replaceAll(":", "--") ?? null).map((pair) => pair.split("--"));
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair.length === 2));
}

/** Read the state from a query; whatever is missing or damaged takes its usual value. */
export function parse(query: string): State {
  const q = new URLSearchParams(query);
  const view = VIEWS.find((name) => name === q.get("view")) ?? START.view;
  return {
    view,
    world: world(q.get("world"), q.get("edits")),
    against: q.has("vs") ? world(q.get("vs"), q.get("vsedits")) : null,
    origin: q.has("from") ? word(q.get("from"), "") : START.origin,
    destination: q.has("to") ? word(q.get("to"), "") : START.destination,
    goods: word(q.get("goods"), START.goods),
    month: Math.round(within(q.get("month"), 0, 12, START.month)),
    avoid: ids(q.get("avoid")),
    year: Math.round(within(q.get("year"), 2019, 2040, START.year)),
    growth: word(q.get("growth"), START.growth),
    budget: within(q.get("budget"), 0.1, 60, START.budget),
    years: word(q.get("years"), START.years),
    objective: word(q.get("objective"), START.objective),
    sweep: q.get("sweep") === "true",
    supply: word(q.get("supply"), START.supply),
    importer: word(q.get("importer"), START.importer),
    exporter: word(q.get("exporter"), START.exporter),
    jobs: jobs(q),
    camera: camera(q.get("map")),
  };
}

const PLAIN = [
  ["from", "origin"],
  ["to", "destination"],
  ["goods", "goods"],
  ["month", "month"],
  ["year", "year"],
  ["growth", "growth"],
  ["budget", "budget"],
  ["years", "years"],
  ["objective", "objective"],
  ["sweep", "sweep"],
  ["supply", "supply"],
  ["importer", "importer"],
  ["exporter", "exporter"],
] as const;

/** Write the state as a query; what has its usual value is left out, so that addresses stay short. */
export function format(state: State): string {
  const q = new URLSearchParams({ view: state.view });
  const set = (key: string, value: string, always = false): void => {
    if (value || always) q.set(key, value);
  };
  set("world", state.world.scenarios.join(","));
  set("edits", state.world.changes.map(write).join(","));
  if (state.against) {
    set("vs", state.against.scenarios.join(","), true);
    set("vsedits", state.against.changes.map(write).join(","));
  }
  for (const [key, field] of PLAIN) if (state[field] !== START[field]) q.set(key, String(state[field]));
  set("avoid", state.avoid.join(","));
  set(
    "jobs",
    Object.entries(state.jobs)
      .map((pair) => pair.join(":"))
      .join(","),
  );
  const at = state.camera;
  if (at) q.set("map", `${at.lon.toFixed(2)}/${at.lat.toFixed(2)}/${at.zoom.toFixed(2)}`);
  return `?${q.toString().replaceAll("%2C", ",").replaceAll("%7E", "~").replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
}
