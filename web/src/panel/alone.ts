// What covers the whole window leaves nothing beneath it to be reached by the tab key.

/** Takes everything beside `element` out of reach; returns what gives it back. */
export function standAlone(element: HTMLElement): () => void {
  const hidden: HTMLElement[] = [];
  for (let at: HTMLElement = element; at.parentElement !== null && at !== document.body; at = at.parentElement) {
    for (const other of at.parentElement.children) {
      // Dialogs lie above everything by themselves, and a dialog may be asked for while the panel is open.
      if (other === at || !(other instanceof HTMLElement) || other instanceof HTMLDialogElement || other.inert) continue;
      other.inert = true;
      hidden.push(other);
    }
  }
  return () => hidden.forEach((other) => (other.inert = false));
}
