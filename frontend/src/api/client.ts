/**
 * One door to the server: every question goes through `call`, every failure comes back as a `Failure`.
 * A server that is open to others asks for a token once and then knows the browser by a cookie.
 */

export interface Trouble {
  what: string;
  where: string;
  got: string;
  allowed: string;
  repair: string;
}

export class Failure extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly status: number,
  ) {
    super(trouble.what);
    this.name = "Failure";
  }
}

const ROOT = "api/v1";

export const address = (path: string): string => `${ROOT}${path}`;

export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const head: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) head["content-type"] = "application/json";
  const init: RequestInit = { method, headers: head };
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  if (signal) init.signal = signal;
  const response = await fetch(address(path), init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure(away, 0);
  });
  if (!response.ok) throw await failure(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function text(path: string): Promise<string> {
  const response = await fetch(address(path));
  if (!response.ok) throw await failure(response);
  return response.text();
}

const away: Trouble = {
  what: "The server does not answer",
  where: "",
  got: "",
  allowed: "",
  repair: "Start it with `caspia serve` and try again",
};

async function failure(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: Partial<Trouble> } | null)?.error;
  const empty = { what: "", where: "", got: "", allowed: "", repair: "" };
  if (error?.what) return new Failure({ ...empty, ...error, what: error.what }, response.status);
  return new Failure(
    { ...empty, what: `The server answered ${response.status}`, repair: "Try again" },
    response.status,
  );
}

export function trouble(error: unknown): Trouble {
  if (error instanceof Failure) return error.trouble;
  return { ...away, what: error instanceof Error ? error.message : String(error), repair: "Reload the page" };
}
