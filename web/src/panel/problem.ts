// Why the server does not do what it was asked, for people.
import { Refused } from "../api";
import { t } from "../words";

/** What went wrong; `missing` says what it means when the server does not know what was asked for. */
export function explain(error: unknown, missing?: string): string {
  const { problems } = t.panel;
  if (!(error instanceof Refused)) return problems.unreachable;
  if (error.status === 401) return problems.signIn;
  if (error.status === 403) return problems.forbidden;
  if (error.status === 404 && missing !== undefined) return missing;
  return problems.refused(error.message);
}

/** Whether the server said that there is no such thing. */
export const isMissing = (error: unknown): boolean => error instanceof Refused && error.status === 404;
