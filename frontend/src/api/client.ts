/**
 * One door to the server: every question goes through `reach`, every failure comes back as a `Failure`.
 * A server that is open to others asks for a token once and then knows the browser by a cookie.
 */
import { texts } from "../texts";
import type { Trouble } from "./types";

const t = texts.state;

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

/** What the server answers; anything but an answer is thrown as a `Failure`, an abort as itself. */
export async function reach(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(`${ROOT}${path}`, init).catch((error: unknown) => {
    if (aborted(error)) throw error;
    throw new Failure(plain(t.away, t.start), 0);
  });
  if (!response.ok) throw await failure(response);
  return response;
}

export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  const init: RequestInit = { method, headers };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  if (signal) init.signal = signal;
  const response = await reach(path, init);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const text = async (path: string): Promise<string> => (await reach(path)).text();

export const aborted = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

/** A trouble of which there is no more to say. */
export const plain = (what: string, repair: string): Trouble => ({ what, where: "", got: "", allowed: "", repair });

async function failure(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: Partial<Trouble> } | null)?.error;
  const told = plain(t.status(response.status), texts.actions.retry);
  return new Failure(error?.what ? { ...plain("", ""), ...error, what: error.what } : told, response.status);
}

export function trouble(error: unknown): Trouble {
  if (error instanceof Failure) return error.trouble;
  return plain(error instanceof Error ? error.message : String(error), t.reload);
}
