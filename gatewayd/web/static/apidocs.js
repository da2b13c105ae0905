// The API's page: sends what a form says and shows what came back. A token is in this page's memory only.

const main = document.getElementById("main");
const said = main.dataset;
const MOST_SHOWN = 100_000;

/** Give the headers that say who asks, and whether the browser's cookie may go along. */
async function asker(method) {
  const token = document.getElementById("token").value.trim();
  if (token) return { headers: { Authorization: `Bearer ${token}` }, credentials: "omit" };
  if (method === "GET") return { headers: {}, credentials: "same-origin" };
  const session = await fetch("/v1/session", { credentials: "same-origin" });
  if (!session.ok) throw new Error(said.nobody);
  const { csrf_token: secret } = await session.json();
  return { headers: { "X-CSRF-Token": secret }, credentials: "same-origin" };
}

/** Read a form: its address, its headers, its body. */
function read(form) {
  const query = new URLSearchParams();
  const headers = { Accept: "application/json" };
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("input[name]")) {
    const [place, name] = [field.name.slice(0, field.name.indexOf(".")), field.name.slice(field.name.indexOf(".") + 1)];
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(field.value));
    else if (field.value && place === "query") query.append(name, field.value);
    else if (field.value) headers[name] = field.value;
  }
  const body = form.elements.body?.value;
  if (body !== undefined) headers["Content-Type"] = form.elements.media_type?.value ?? "application/json";
  return { address: query.size ? `${path}?${query}` : path, headers, body };
}

const line = (name, text, className) => {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

/** A part that scrolls is reached by the keyboard too. */
const block = (text, label) => {
  const made = line("pre", text);
  made.tabIndex = 0;
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  return made;
};

function pretty(text, type) {
  if (!text) return said.empty;
  let shown = text;
  if (type.includes("json")) {
    try {
      shown = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // One object a line, or what is no JSON after all: as it came.
    }
  }
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}\n${said.cut}` : shown;
}

async function send(form, outcome) {
  const { address, headers, body } = read(form);
  const method = form.dataset.method;
  const who = await asker(method);
  const answer = await fetch(address, { method, body, credentials: who.credentials, headers: { ...headers, ...who.headers }, cache: "no-store" });
  const text = await answer.text();
  const names = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  outcome.classList.add(answer.ok ? "done" : "failed");
  outcome.replaceChildren(
    line("p", `${answer.status} ${answer.statusText} · ${method} ${address}`, "status"),
    block(names, "headers"),
    block(pretty(text, answer.headers.get("Content-Type") ?? ""), "body"),
  );
}

main.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.tryout");
  if (!form) return;
  event.preventDefault();
  const outcome = form.querySelector(".outcome");
  const button = form.querySelector("button");
  outcome.className = "outcome";
  outcome.replaceChildren(line("p", said.sending));
  button.disabled = true;
  try {
    await send(form, outcome);
  } catch (error) {
    outcome.classList.add("failed");
    outcome.replaceChildren(line("p", error instanceof TypeError ? said.unreached : error.message, "status"));
  } finally {
    button.disabled = false;
  }
});

// What is looked for stays; the rest steps aside.
document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const subject of document.querySelectorAll("section.subject")) {
    let some = false;
    for (const each of subject.querySelectorAll(":scope > details")) {
      const text = each.querySelector("summary").textContent.toLowerCase();
      each.hidden = !words.every((word) => text.includes(word));
      some ||= !each.hidden;
    }
    subject.hidden = !some;
  }
});

// A link to a shape or an operation opens it.
function open() {
  const aim = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (aim instanceof HTMLDetailsElement) aim.open = true;
}
addEventListener("hashchange", open);
open();
