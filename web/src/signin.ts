// A server that takes tokens is shown one once: it gives a cookie for it, which this page can't read and never keeps.
import { ROUTES } from "./api";

/** False when the server wants a token first; anything else, an unreachable server too, is for the connection to find out. */
export async function mayWatch(): Promise<boolean> {
  try {
    return ![401, 403].includes((await fetch(ROUTES.session)).status);
  } catch {
    return true;
  }
}

/** Asks for tokens until the server takes one. */
export function createSignIn(dialog: HTMLDialogElement): () => Promise<void> {
  const form = inside(dialog, "form", HTMLFormElement);
  const field = inside(dialog, "input", HTMLInputElement);
  const why = inside(dialog, "[role=alert]", HTMLElement);

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
    const answer = await fetch(ROUTES.session, { method: "POST", headers: { authorization: `Bearer ${token}` } });
    if (answer.ok) return "";
    return answer.status === 403 ? "This token may not watch: it lacks the scope read." : "The server doesn't know this token.";
  } catch {
    return "The server can't be reached.";
  }
}

function inside<E extends HTMLElement>(parent: HTMLElement, selector: string, kind: new () => E): E {
  const found = parent.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${selector} in #${parent.id}`);
  return found;
}
