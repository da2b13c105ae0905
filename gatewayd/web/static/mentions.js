// "@" in a note offers the colleagues whom it can mention; they stand in the page already.

import { isAnswer } from "./composer.js";
import { folded, words } from "./dom.js";
import { offering } from "./listbox.js";

const composer = () => document.getElementById("composer");

/** Those who are called so, by any word of their name. */
function find(typed) {
  const wanted = folded(typed);
  return [...document.querySelectorAll("#colleagues [data-colleague]")]
    .map((each) => ({ id: each.dataset.colleague, title: each.textContent }))
    .filter(({ id, title }) => [id, ...title.split(/\s+/)].some((word) => folded(word).startsWith(wanted)));
}

/** Begin. */
export function mentions() {
  offering({
    sign: "@",
    field: () => (isAnswer() ? null : composer()?.querySelector("textarea") ?? null),
    label: words.colleagues,
    find,
    take: (written, replace) => replace(`@${written} `),
  });
}
