// The page of a new message: "To" offers contacts while one types, as its search button does without us.

import { parse, request, words } from "./dom.js";
import { offering } from "./listbox.js";
import { onArrival } from "./travel.js";

const SHORTEST = 2;
const PAUSE_MS = 120;
let shown = null; // the field that there was at the last arrival
const form = () => document.querySelector("form[data-steps]");
const field = () => form()?.querySelector("#to") ?? null;

/** Those who may be meant, asked of the gateway: it knows whom this reader sees, and how. */
async function find(typed) {
  const to = typed.trim();
  if (to.length < SHORTEST) return [];
  await new Promise((go) => setTimeout(go, PAUSE_MS));
  if (field()?.value !== typed) return [];
  try {
    const response = await request(`/new?${new URLSearchParams({ to })}`, { name: "choices" });
    if (!response.ok) return [];
    return [...parse(await response.text()).querySelectorAll("button[name=pick]")].map((each) => ({
      id: each.value,
      title: each.querySelector(".title").textContent,
      detail: each.querySelector(".detail")?.textContent,
    }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream says so
    return [];
  }
}

/** Take a step as the form's own buttons do: what is written stays, and who was chosen is shown. */
function step(name, value) {
  const button = form().querySelector("#step");
  const { name: usual, value: before } = button;
  Object.assign(button, { name, value });
  form().requestSubmit(button);
  Object.assign(button, { name: usual, value: before });
}

/** Begin. */
export function recipient() {
  offering({
    sign: null,
    field,
    label: words.contacts,
    find,
    take: (id) => step("pick", id),
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.("form[data-steps] [data-step]")) step("do", "find");
  });
  document.addEventListener("sent", () => {
    // A reload, or reading the page again after a lost connection, finds the same recipient.
    if (form() && location.pathname === "/new") history.replaceState(null, "", form().dataset.here);
  });
  onArrival(() => {
    if (field() && field() !== shown && !field().value) field().focus();
    shown = field();
  });
}
