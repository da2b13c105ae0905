// The keyboard: j k through the list, e a r for what is open, n to write first, / to search, ? for these keys.

import { go } from "./travel.js";

const isTyping = (target) => target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

function step(by) {
  const rows = [...document.querySelectorAll("#list a.row")];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  if (next.hasAttribute("aria-current")) return;
  next.scrollIntoView({ block: "nearest" });
  go(next.href);
}

function openMenu(id) {
  const menu = document.getElementById(id);
  if (!menu) return;
  menu.open = true;
  menu.querySelector("input:not([type=hidden]), select, button, a")?.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  e: () => document.querySelector("[data-act=close], [data-act=reopen]")?.click(),
  a: () => openMenu("assign"),
  r: () => document.querySelector("#composer textarea")?.focus(),
  n: () => go("/new"),
  "/": () => document.getElementById("q")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(but)) menu.open = false;
}

/** Begin. */
export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (isTyping(event.target)) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (act) {
      event.preventDefault();
      act();
    }
  });
  // What was chosen in a menu is done: the menu is in the way, and so is what was written in it.
  document.addEventListener("sent", ({ detail }) => {
    if (!detail.taken || !detail.form.closest("details.menu") || detail.form.id === "composer") return;
    detail.form.reset();
    detail.form.closest("details.menu").open = false;
  });
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    if (event.target.closest?.("[data-close-dialog]")) event.target.closest("dialog").close();
    if (event.target.closest?.("[data-open-dialog]")) document.getElementById(event.target.closest("[data-open-dialog]").dataset.openDialog)?.showModal();
  });
}
