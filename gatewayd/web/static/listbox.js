// A list of choices over a text field, while a word is typed that begins with a sign such as "/", or
// while anything is: arrows choose, Enter or Tab or a touch takes, Escape leaves the word as it is.

const MOST = 50;
let open = null; // { field, offer, start, at, entries, list }
let left = null; // the word that Escape was pressed in: { field, start }
let looked = 0;

/**
 * Offer choices. `offer.sign` begins the word, null: it is all of the field; `offer.field()` gives the field now, or null where
 * nothing is offered; `offer.label` names the list; `offer.find(typed)` gives, or promises, the
 * choices, each `{ id, title, detail }`; `offer.take(id, replace)` is told which was taken, and puts a text in
 * the word's place by `replace(text)`.
 */
export function offering(offer) {
  document.addEventListener("input", ({ target }) => {
    if (target === offer.field()) look(offer, target);
  });
  document.addEventListener("click", ({ target }) => {
    if (target === offer.field()) look(offer, target);
  });
}

/** The word before the cursor, where it begins with the sign: `{ start, typed }`. */
function wordOf(field, sign) {
  if (sign === null) return field.value ? { start: 0, typed: field.value } : null;
  if (field.selectionStart !== field.selectionEnd) return null;
  const before = field.value.slice(0, field.selectionStart);
  const start = Math.max(...[" ", "\n", "\t", "\u00a0"].map((space) => before.lastIndexOf(space))) + 1;
  return before.startsWith(sign, start) ? { start, typed: before.slice(start + sign.length) } : null;
}

async function look(offer, field) {
  const mine = ++looked;
  const word = wordOf(field, offer.sign);
  if (!word) left = null;
  const stays = left && word && left.field === field && left.start === word.start;
  const asked = word && !stays ? offer.find(word.typed) : [];
  let found = asked;
  if (asked instanceof Promise) {
    // What is offered was for what was typed before: it is no choice any more.
    if (open?.offer === offer) close();
    found = await asked;
    if (mine !== looked || field !== offer.field()) return;
  }
  found = found.slice(0, MOST);
  if (found.length) show(offer, field, word.start, found);
  else if (open?.offer === offer) close();
}

function show(offer, field, start, found) {
  close();
  const list = document.createElement("ul");
  list.id = "choices";
  list.className = "choices-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", offer.label);
  const entries = found.map(({ id, title, detail }, index) => {
    const entry = document.createElement("li");
    entry.id = `choice-${index}`;
    entry.setAttribute("role", "option");
    entry.append(Object.assign(document.createElement("bdi"), { className: "title", textContent: title }));
    if (detail) entry.append(" ", Object.assign(document.createElement("bdi"), { className: "detail", textContent: detail }));
    // The field keeps the focus, or a telephone would take its keyboard away.
    entry.addEventListener("pointerdown", (event) => event.preventDefault());
    entry.addEventListener("click", () => take(index));
    entry.dataset.choice = id;
    return entry;
  });
  list.append(...entries);
  field.before(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  open = { field, offer, start, entries, list, at: 0 };
  choose(0);
}

function choose(index) {
  const count = open.entries.length;
  open.at = (index + count) % count;
  open.entries.forEach((entry, each) => entry.setAttribute("aria-selected", String(each === open.at)));
  const entry = open.entries[open.at];
  open.field.setAttribute("aria-activedescendant", entry.id);
  entry.scrollIntoView({ block: "nearest" });
}

function close() {
  if (!open) return;
  const { field, list } = open;
  open = null;
  list.remove();
  for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) field.removeAttribute(name);
}

function take(index) {
  const { field, offer, start, entries } = open;
  const id = entries[index].dataset.choice;
  const end = field.selectionEnd;
  close();
  offer.take(id, (text) => {
    field.setSelectionRange(start, end);
    field.setRangeText(text, start, end, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const KEYS = {
  ArrowDown: () => choose(open.at + 1),
  ArrowUp: () => choose(open.at - 1),
  Enter: () => take(open.at),
  Tab: () => take(open.at),
  Escape: () => {
    left = { field: open.field, start: open.start };
    close();
  },
};

// Before any other listener: the keys are the list's as long as it is open.
addEventListener("keydown", (event) => {
  if (!open || event.target !== open.field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!Object.hasOwn(KEYS, event.key) || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key]();
}, true);
addEventListener("focusout", ({ target }) => target === open?.field && close());
