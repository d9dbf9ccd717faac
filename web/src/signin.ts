// A server that takes tokens is shown one once: it gives a cookie for it, which this page can't read and never keeps.
import { Refused, beginSession, fetchSession } from "./api";
import { t } from "./words";

/** Said by servers that tell nothing: they let this page watch, no more. */
const UNTOLD: readonly string[] = ["read"];

/** False when the server wants a token first; anything else, an unreachable server too, is for the connection to find out. */
export async function mayWatch(): Promise<boolean> {
  try {
    await fetchSession();
    return true;
  } catch (error) {
    return !(error instanceof Refused && (error.status === 401 || error.status === 403));
  }
}

/** What this browser may do; null while the server can't be asked. */
export async function scopes(): Promise<readonly string[] | null> {
  try {
    return (await fetchSession())?.scopes ?? UNTOLD;
  } catch {
    return null;
  }
}

/** Asks for tokens until the server takes one. */
export function createSignIn(dialog: HTMLDialogElement): () => Promise<void> {
  const form = inside(dialog, "form", HTMLFormElement);
  const field = inside(dialog, "input", HTMLInputElement);
  const why = inside(dialog, "[role=alert]", HTMLElement);
  inside(dialog, "h2", HTMLElement).textContent = t.signin.title;
  inside(dialog, "#signin-why", HTMLElement).textContent = t.signin.why;
  inside(dialog, "button", HTMLElement).textContent = t.signin.watch;
  field.setAttribute("aria-label", t.signin.token);

  return () =>
    new Promise((taken) => {
      form.onsubmit = async (event) => {
        event.preventDefault();
        const refusal = await exchange(field.value.trim());
        field.value = "";
        why.textContent = refusal;
        if (refusal !== "") return field.focus();
        dialog.close();
        taken();
      };
      // Without a cookie there is nothing behind it to go back to.
      dialog.oncancel = (event) => event.preventDefault();
      if (!dialog.open) dialog.showModal();
    });
}

/** Why the server doesn't take the token; empty when it does. */
async function exchange(token: string): Promise<string> {
  try {
    await beginSession(token);
    return "";
  } catch (error) {
    if (!(error instanceof Refused)) return t.signin.unreachable;
    return error.status === 403 ? t.signin.lacks : t.signin.unknown;
  }
}

function inside<E extends HTMLElement>(parent: HTMLElement, selector: string, kind: new () => E): E {
  const found = parent.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${selector} in #${parent.id}`);
  return found;
}
