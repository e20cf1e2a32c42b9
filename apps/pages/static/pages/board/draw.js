// Making elements. Text is always text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

/** Return an element; `attributes` without a value are left out. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for pictures. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// Strokes of a 16 by 16 grid: each state has a shape of its own besides its colour.
const ICONS = {
  READY_FOR_GUEST: "M3 8.5l3.2 3.2L13 5",
  OCCUPIED:
    "M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM2.8 14c.4-2.8 2.4-4.2 5.2-4.2s4.8 1.4 5.2 4.2",
  CHECKOUT_DIRTY: "M8 2.5v6.5M8 12.6v.8",
  CLEANING_IN_PROGRESS: "M13 8a5 5 0 1 1-1.5-3.6M13.2 2v3h-3",
  CLEANED_UNINSPECTED: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.4 10.4L14 14",
  OUT_OF_SERVICE: "M3.8 3.8l8.4 8.4M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z",
  GENERATING: "M8 4.5V8l2.4 1.6M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z",
  READY: "M3 8.5l3.2 3.2L13 5",
  FAILED: "M8 2.5v6.5M8 12.6v.8",
  NOT_STARTED: "M4 8h8",
};

export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] ?? ICONS.NOT_STARTED }),
  );
}

/** A state in words, with its shape and colour. */
export function badge(state, words) {
  return h("span", { class: "badge", "data-state": state }, icon(state), words);
}
