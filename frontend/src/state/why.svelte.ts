/** The number whose source is being asked for. */
export interface Part {
  name: string;
  text: string;
  value: number;
  facts: string[];
}

export interface Asked {
  title: string;
  text: string;
  kind: "modelled" | "observed" | "assumed";
  note?: string;
  parts?: Part[];
  facts?: string[];
}

class Why {
  asked = $state.raw<Asked | null>(null);
}

export const why = new Why();
