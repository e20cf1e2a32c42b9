// What has just happened, newest first; a screen reader hears it from here.

import { $, h } from "./draw.js";
import { lineOf } from "./words.js";

const MOST = 12;

export function feed(clock) {
  const list = $("latest").querySelector("ol");
  return (event) => {
    list.querySelector(".empty")?.remove();
    list.prepend(
      h(
        "li",
        {},
        h("time", { datetime: event.occurredAt }, clock.moment(event.occurredAt)),
        h("span", {}, lineOf(event)),
      ),
    );
    while (list.children.length > MOST) list.lastElementChild.remove();
  };
}
