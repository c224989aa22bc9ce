/** The tables of the view on show, for the one place at the top from which they can be saved. */
import { SvelteMap } from "svelte/reactivity";

export interface Saveable {
  caption: string;
  save: () => void;
}

export const tables = new SvelteMap<string, Saveable>();
