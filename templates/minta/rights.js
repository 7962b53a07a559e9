"use strict";
(() => {
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  // Put what was answered in place of the section, and say it to who cannot see it.
  function show(text) {
    const fresh = parsed(text).getElementById("rights");
    if (fresh === null) return false;
    if ("gone" in fresh.dataset) clear(fresh);
    else document.getElementById("rights").replaceWith(fresh);
    document.getElementById("said")?.focus();
    wait();
    return true;
  }

  // What was deleted does not stay on the screen.
  function clear(fresh) {
    document.querySelector(".skip").remove();
    for (const each of document.querySelectorAll("header > :not(.brand)")) each.remove();
    document.querySelector("main").replaceChildren(fresh);
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

  // Only what has changed is read out: that it is there, and not every step towards it.
  function tell(place, fresh) {
    const now = place.querySelector("progress");
    const next = fresh.querySelector("progress");
    if (now !== null && next !== null) {
      now.value = next.value;
      now.nextElementSibling.textContent = next.nextElementSibling.textContent;
      return;
    }
    place.toggleAttribute("data-open", next !== null);
    place.replaceChildren(...fresh.childNodes);
  }

  // How far an export is.
  async function look() {
    const place = document.getElementById("bundle");
    if (place?.querySelector("progress") == null) return;
    if (!document.hidden) {
      const answer = await fetch(document.getElementById("rights").dataset.state).catch(() => null);
      if (answer !== null && answer.status === 404) return;
      const text = answer !== null && answer.ok ? await answer.text().catch(() => "") : "";
      const fresh = parsed(text).getElementById("bundle");
      if (fresh !== null) tell(place, fresh);
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
