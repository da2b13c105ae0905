// Saved replies: "/" in the composer offers them, and so does the button beside it. They stand in
// the page already as this customer would get them.

import { insert, isAnswer } from "./composer.js";
import { folded, words } from "./dom.js";
import { offering } from "./listbox.js";

const composer = () => document.getElementById("composer");
const links = () => [...(composer()?.querySelectorAll("a[data-reply]") ?? [])];
const textOf = (link) => link.querySelector(".detail").textContent;

/** Those whose shortcut begins so, then those that have it anywhere. */
function find(typed) {
  const wanted = folded(typed);
  const all = links().map((link) => ({
    id: link.dataset.reply,
    title: link.querySelector(".title").textContent,
    detail: textOf(link),
  }));
  const begins = all.filter(({ title }) => folded(title).startsWith(wanted));
  const has = all.filter((each) => !begins.includes(each) && folded(`${each.title} ${each.detail}`).includes(wanted));
  return [...begins, ...has];
}

function take(id, replace) {
  const link = links().find((each) => each.dataset.reply === id);
  if (link) replace(textOf(link));
}

/** Begin. */
export function replies() {
  offering({
    sign: "/",
    field: () => (isAnswer() ? composer().querySelector("textarea") : null),
    label: words.saved_replies,
    find,
    take,
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-reply]");
    if (!link) return;
    event.preventDefault();
    link.closest("details").open = false;
    insert(textOf(link));
  }, true);
}
