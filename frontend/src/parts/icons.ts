/** Paths of the icons, on a field of 24 by 24. */
export const ICONS = {
  move: "M4 18c3-8 6-8 8-4s5 3 8-5M4 18a1.6 1.6 0 1 1 .01 0M20 9a1.6 1.6 0 1 1 .01 0",
  flow: "M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0",
  build: "M4 20h16M7 20V6h11M7 9l4-3M15 6v5M13 11h4v4h-4z",
  secure: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4",
  contest: "M12 4v16M5 20h14M4 8h16M4 8l-2 6a3 3 0 0 0 4 0zM20 8l-2 6a3 3 0 0 0 4 0z",
} as const;
