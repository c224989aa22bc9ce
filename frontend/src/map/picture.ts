/** What a view wants to see on the map, as plain data; the map draws it and knows no question. */

import { CORRIDORS, LOOKS, type Corridor } from "../shared/theme";

export { CORRIDORS, type Corridor };

export interface Strand {
  link: string;
  corridor: Corridor;
  /** Pixels at the zoom of the whole of Eurasia. */
  width: number;
  /** Faded, as the routes that are not chosen. */
  faint?: boolean;
}

export interface Mark {
  id: string;
  at: [number, number];
  shape: "ring" | "project" | "closed" | "changed" | "corridor";
  label: string;
  /** Ring: volume over capacity. */
  size?: number;
}

export interface Picture {
  strands: Strand[];
  marks: Mark[];
  /** Corridors are told by dashes too, where lines are thin; wide ones carry their names instead. */
  dashed?: boolean;
  /** Places whose names come first. */
  places: string[];
  /** Colour of countries, 0 to 1, by two letters: exposure. */
  shade?: Record<string, number>;
  /** West, south, east, north to be seen; none leaves the camera where it is. */
  fit?: [number, number, number, number] | null;
}

export const NOTHING: Picture = { strands: [], marks: [], places: [] };

export const corridorOf = (name: string): Corridor => CORRIDORS.find((c) => c === name) ?? "Other";

/** Mark and colour of a corridor. */
export const lookOf = (name: string): { glyph: string; shape: string; colour: string } => {
  const corridor = corridorOf(name);
  return { ...LOOKS[corridor], colour: `var(--${corridor})` };
};

export interface Placed {
  key: string;
  link: string;
  corridor: Corridor;
  width: number;
  offset: number;
  faint: boolean;
}

/** Put strands of one link side by side, in the order of the corridors, so that none hides another. */
export function sideBySide(strands: readonly Strand[], gap = 0.6): Placed[] {
  const byLink = new Map<string, Strand[]>();
  for (const s of strands) byLink.set(s.link, [...(byLink.get(s.link) ?? []), s]);
  const found: Placed[] = [];
  for (const [link, all] of byLink) {
    const sorted = [...all].sort((a, b) => CORRIDORS.indexOf(a.corridor) - CORRIDORS.indexOf(b.corridor));
    const total = sorted.reduce((sum, s) => sum + s.width, 0) + gap * (sorted.length - 1);
    let at = -total / 2;
    for (const s of sorted) {
      const key = `${link}|${s.corridor}`;
      found.push({
        key,
        link,
        corridor: s.corridor,
        width: s.width,
        offset: at + s.width / 2,
        faint: s.faint ?? false,
      });
      at += s.width + gap;
    }
  }
  return found;
}

/** A way whose longitudes never jump, so that a lane over the 180th meridian is one line. */
export function unwrap(way: readonly (readonly number[])[]): [number, number][] {
  let last: number | undefined;
  return way.map(([lon = 0, lat = 0]) => {
    let x = lon;
    while (last !== undefined && x - last > 180) x -= 360;
    while (last !== undefined && x - last < -180) x += 360;
    last = x;
    return [x, lat];
  });
}

/** Bounds of points, widened by a share of their extent. */
export function bounds(points: readonly (readonly number[])[], margin = 0.08): Picture["fit"] {
  if (points.length === 0) return null;
  const lon = points.map((p) => p[0] ?? 0);
  const lat = points.map((p) => p[1] ?? 0);
  const [w, e, s, n] = [Math.min(...lon), Math.max(...lon), Math.min(...lat), Math.max(...lat)];
  const dx = Math.max((e - w) * margin, 1.5);
  const dy = Math.max((n - s) * margin, 1.5);
  return [w - dx, Math.max(s - dy, -80), e + dx, Math.min(n + dy, 80)];
}
