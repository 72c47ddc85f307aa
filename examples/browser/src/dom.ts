/** Small helpers for the page's elements. */

/** The element with this id. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as querySelector has it
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element as T;
}

/** A new element with properties and children. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Shows what went wrong in a section's alert; without a problem, hides it. */
export function showAlert(id: string, problem?: unknown): void {
  const alert = byId(id);
  alert.hidden = problem === undefined;
  alert.textContent =
    problem instanceof Error ? problem.message : typeof problem === "string" ? problem : "";
}

/** Tells screen readers what has happened. */
export function announce(text: string): void {
  byId("status").textContent = text;
}

/** Marks a step of the navigation as done. */
export function markDone(id: string, isDone = true): void {
  document
    .querySelector(`.steps a[href="#${id}"]`)
    ?.parentElement?.classList.toggle("done", isDone);
}

/** Whether an error only says that the user wanted it so. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** E.g. "12.3 %"; the two parts stay on one line. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}\u00a0%`;
}

/** E.g. "7.7 MB"; the two parts stay on one line. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
}
