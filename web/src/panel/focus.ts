// Where the focus goes when the panel opens and closes.
import { standAlone } from "./alone";

/** As in narrow.css: the panel covers the whole window. */
const NARROW = "(max-width: 800px)";

export interface Focus {
  readonly enter: (target: HTMLElement | null) => void;
  /** Back to where the reader came from, else to the row of the alert. */
  readonly leave: (id: string) => void;
}

export function createFocus(panel: HTMLElement): Focus {
  const narrow = matchMedia(NARROW);
  let cameFrom: Element | null = null;
  let isOpen = false;
  let release: (() => void) | undefined;
  const arrange = (): void => {
    release?.();
    release = isOpen && narrow.matches ? standAlone(panel) : undefined;
  };
  narrow.addEventListener("change", arrange);

  return {
    enter(target) {
      if (!panel.contains(document.activeElement)) cameFrom = document.activeElement;
      isOpen = true;
      arrange();
      target?.focus({ preventScroll: true });
    },
    leave(id) {
      isOpen = false;
      arrange();
      const isLost = panel.contains(document.activeElement) || document.activeElement === document.body;
      if (isLost) (canTake(cameFrom) ?? rowOf(id) ?? anyRow())?.focus();
      cameFrom = null;
    },
  };
}

const canTake = (element: Element | null): HTMLElement | null =>
  element instanceof HTMLElement && element !== document.body && element.isConnected ? element : null;

const rowOf = (id: string): HTMLElement | null => document.querySelector(`[data-alert-id="${CSS.escape(id)}"] button`);
const anyRow = (): HTMLElement | null => document.querySelector('[data-alert-id] button[tabindex="0"]');
