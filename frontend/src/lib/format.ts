/** How numbers are written: the rules of view/formats.py, so that page and report read alike. */

export const THIN = "\u202f";
export const MISSING = "–";

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value);

/** Two (below 100) or three significant figures, thousands separated by a thin space. */
export function number(value: Maybe): string {
  if (!known(value)) return MISSING;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const figures = size >= 100 ? 3 : 2;
  let decimals = figures - 1 - Math.floor(Math.log10(size));
  const rounded = round(value, decimals);
  if (figures === 2 && Math.abs(rounded) >= 10 ** (Math.floor(Math.log10(size)) + 1)) decimals -= 1;
  const [whole = "", part] = Math.abs(rounded).toFixed(Math.max(decimals, 0)).split(".");
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN) + (part ? `.${part}` : "");
  return rounded < 0 ? `−${text}` : text;
}

function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

export function signed(value: Maybe): string {
  return known(value) && value > 0 ? `+${number(value)}` : number(value);
}

/** `31 (24–43) days`; the interval is left out where it is missing. */
export function interval(middle: Maybe, low: Maybe, high: Maybe, unit = ""): string {
  if (!known(middle)) return MISSING;
  const ends = known(low) && known(high) ? ` (${number(low)}–${number(high)})` : "";
  return `${number(middle)}${ends}${unit ? ` ${unit}` : ""}`;
}

export function percent(share: Maybe, plus = false): string {
  if (!known(share)) return MISSING;
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return `<1${THIN}%`;
  return `${plus && whole > 0 ? "+" : ""}${whole}${THIN}%`.replace("-", "−");
}

/** Tonnes a year as people say them: Mt from a million on, else kt. */
export function tonnes(value: Maybe, plus = false): string {
  if (!known(value)) return MISSING;
  if (Math.abs(value) < 500) return "0";
  const sign = plus && value > 0 ? "+" : "";
  return Math.abs(value) >= 1e6 ? `${sign}${number(value / 1e6)} Mt` : `${sign}${number(value / 1e3)} kt`;
}

export function dollars(value: Maybe, plus = false): string {
  if (!known(value)) return MISSING;
  const sign = plus && value > 0 ? "+" : "";
  if (Math.abs(value) >= 1e9) return `${sign}${number(value / 1e9)} bn USD`;
  if (Math.abs(value) >= 1e5) return `${sign}${number(value / 1e6)} m USD`;
  return `${sign}${number(value)} USD`;
}

/** Round steps for an axis that covers low to high, about `count` of them. */
export function ticks(low: number, high: number, count = 5): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? raw;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1)
    found.push(round(i * step, 12));
  return found;
}

/** A linear scale from data to pixels. */
export function scale(domain: readonly [number, number], range: readonly [number, number]): (x: number) => number {
  const width = domain[1] - domain[0] || 1;
  return (x) => range[0] + ((x - domain[0]) / width) * (range[1] - range[0]);
}
