/** Made by tools/page_theme.py from view/theme.py, view/modes.py and view/risk_words.py: change those. */

export const CORRIDORS = ["Caspian", "Northern", "Southern", "Eastern", "Ocean", "Other"] as const;
export type Corridor = (typeof CORRIDORS)[number];

/** Mark of each corridor, and the dashes of its line in pixels. */
export const LOOKS: Record<Corridor, { glyph: string; shape: string; dash: number[] }> = {
  Caspian: { glyph: "●", shape: "circle", dash: [] },
  Northern: { glyph: "▲", shape: "triangle-up", dash: [9, 2] },
  Southern: { glyph: "■", shape: "square", dash: [5, 2] },
  Eastern: { glyph: "◆", shape: "diamond", dash: [8, 2, 2, 2] },
  Ocean: { glyph: "▼", shape: "triangle-down", dash: [2, 2] },
  Other: { glyph: "✚", shape: "cross", dash: [4, 4] },
};

/** As the report calls them. */
export const MODES: Record<string, string> = {
  rail: "railway",
  road: "road",
  deep_sea: "ocean lane",
  short_sea: "short sea lane",
  ferry: "ferry",
  feeder: "container feeder",
  inland_waterway: "waterway",
  crude_pipeline: "crude oil pipeline",
  gas_pipeline: "gas pipeline",
};

/** As the report calls them. */
export const OPERATIONS: Record<string, string> = {
  line: "carriage",
  terminal: "transfer",
  gauge_change: "gauge change",
  border: "border",
  wait: "wait",
  loading: "loading",
  unloading: "unloading",
};

/** As the report calls them. */
export const DOUBTS: Record<string, string> = {
  money: "prices",
  time: "speeds and times",
  demand: "demand",
  capacity: "capacities",
  background: "other traffic on the lines",
  scarcity: "prices of scarcity",
  goods: "values of goods and time",
  choice: "how shippers choose",
  events: "events",
  weather: "storms",
  sea: "level of the sea",
  works: "when works open, and what they yield",
};
