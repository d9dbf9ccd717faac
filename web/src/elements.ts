// Finding and making elements with fewer words. Text always goes in as text.

/** The element of index.html with this id. */
export function byId(id: string): HTMLElement {
  return byIdOfKind(id, HTMLElement);
}

/** The same, when it has to be of a kind. */
export function byIdOfKind<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return found;
}

/** An element with a class and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = "",
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** A button with a word on it. */
export function button(className: string, text: string, onClick: () => void): HTMLButtonElement {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}

/** Writes text where it is another one than before. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes and children. */
export function shape<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A drawing of one path, for the eye only. */
export function drawing(path: string, viewBox: string, className = "icon"): SVGSVGElement {
  return shape("svg", { viewBox, class: className, "aria-hidden": "true" }, shape("path", { d: path }));
}
