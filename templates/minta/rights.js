"use strict";
(() => {
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  // Put what was answered in place of the section, and say it to who cannot see it.
  function show(text) {
    const fresh = parsed(text).getElementById("rights");
    if (fresh === null) return false;
    document.getElementById("rights").replaceWith(fresh);
    document.getElementById("said")?.focus();
    wait();
    return true;
  }

  function failed(form, words) {
    const said = document.createElement("p");
    said.className = "stale";
    said.setAttribute("role", "alert");
    said.textContent = words;
    form.querySelector(".stale")?.remove();
    form.append(said);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.closest("#rights") === null) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const body = new URLSearchParams(new FormData(form));
    body.set("part", "1");
    button.disabled = true;
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    const text = answer === null ? "" : await answer.text().catch(() => "");
    if (answer !== null && answer.ok && show(text)) return;
    button.disabled = false;
    // The session, the install or the person's access is over.
    if (answer !== null && answer.status === 404) document.getElementById("over").hidden = false;
    failed(form, "This did not reach Minta. Refresh the page and try again.");
  });

  // How far an export is.
  async function look() {
    const place = document.getElementById("bundle");
    if (place?.querySelector("progress") == null) return;
    if (!document.hidden) {
      const answer = await fetch(document.getElementById("rights").dataset.state).catch(() => null);
      if (answer !== null && answer.status === 404) return;
      const text = answer !== null && answer.ok ? await answer.text().catch(() => "") : "";
      const fresh = parsed(text).getElementById("bundle");
      if (fresh !== null) place.replaceWith(fresh);
    }
    wait();
  }

  let waiting;
  function wait() {
    clearTimeout(waiting);
    waiting = setTimeout(look, 2000);
  }

  wait();
})();
