// Forms that can show how what is in them would read (`data-preview`): at each pause of who writes.
// Without us a button of the form does it.

import { morph, parse, request, settled } from "./dom.js";

let asked = 0;

const look = settled(200, async (form) => {
  const mine = ++asked;
  const data = new FormData(form);
  data.set("do", "try");
  const body = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
  try {
    const response = await request(location.href, { method: "POST", body, name: "preview" });
    const html = await response.text();
    if (!response.ok || mine !== asked || !form.isConnected) return;
    for (const fresh of [...parse(html).body.children]) {
      const shown = document.getElementById(fresh.id);
      if (shown) morph(shown, fresh);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream says so
  }
});

/** Begin. */
export function preview() {
  document.addEventListener("input", ({ target }) => {
    const form = target.closest?.("form[data-preview]");
    if (form) look(form);
  });
}
