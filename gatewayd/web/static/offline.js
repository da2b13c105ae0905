// The notice that the gateway cannot be reached: it looks again, and gives way when it can.

const EVERY_MS = 5000;

/** Begin, where that notice is shown in place of a page. */
export function offline() {
  const notice = document.querySelector("[data-offline]")?.dataset.offline;
  if (!notice || location.pathname === notice) return;
  const look = async () => {
    try {
      const response = await fetch(notice, { cache: "no-store", credentials: "omit" });
      if (response.ok) location.reload();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // still offline
    }
  };
  addEventListener("online", look);
  setInterval(look, EVERY_MS);
}
