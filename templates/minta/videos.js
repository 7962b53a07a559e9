"use strict";
(() => {
  const place = document.getElementById("videos");
  const isPlaying = (video) => video !== null && !video.paused && !video.ended;

  // Swap the film in the player, and go on at the same second.
  function choose(button) {
    const video = button.closest("article").querySelector("video");
    const { currentTime } = video;
    const wasPlaying = isPlaying(video);
    for (const each of button.parentElement.children) each.setAttribute("aria-pressed", each === button);
    video.className = "is-" + button.dataset.format;
    if (button.dataset.poster === "") video.removeAttribute("poster");
    else video.poster = button.dataset.poster;
    video.src = button.dataset.film;
    if (currentTime > 0) video.currentTime = currentTime;
    if (wasPlaying) video.play().catch(() => {});
  }

  place.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-film]");
    if (button !== null) choose(button);
  });

  // Put the new in place of the old, but never under somebody who watches.
  function show(fresh) {
    const kept = new Set();
    for (const each of place.querySelectorAll(":scope > p")) each.remove();
    let before = place.querySelector("h2");
    for (const next of fresh.querySelectorAll(":scope > p, article")) {
      const now = next.id === "" ? null : document.getElementById(next.id);
      kept.add(next.id);
      if (now === null) before.after(next);
      else if (now.dataset.version === next.dataset.version || isPlaying(now.querySelector("video"))) {
        advance(now, next);
      } else exchange(now, next);
      before = next.ownerDocument === document ? next : now;
    }
    for (const each of place.querySelectorAll("article")) {
      if (!kept.has(each.id) && !isPlaying(each.querySelector("video"))) each.remove();
    }
  }

  // The format that was chosen, the second that was reached and the focus stay.
  function exchange(now, next) {
    const focused = now.contains(document.activeElement) ? document.activeElement : null;
    const chosen = now.querySelector("button[aria-pressed=true]");
    const reached = now.querySelector("video")?.currentTime ?? 0;
    now.replaceWith(next);
    const video = next.querySelector("video");
    if (video !== null && reached > 0) video.currentTime = reached;
    const again = chosen && next.querySelector(`button[data-format="${chosen.dataset.format}"]`);
    if (again !== null && again.getAttribute("aria-pressed") !== "true") choose(again);
    if (focused === null) return;
    const alike = (each) => each.textContent === focused.textContent;
    [...next.querySelectorAll(focused.tagName)].find(alike)?.focus({ preventScroll: true });
  }

  function advance(now, next) {
    const line = now.querySelector(".progress");
    const told = next.querySelector(".progress");
    if (line === null) return;
    if (told === null) line.remove();
    else {
      line.querySelector("progress").value = told.querySelector("progress").value;
      line.querySelector("span").textContent = told.querySelector("span").textContent;
    }
  }

  async function look() {
    if (!document.hidden) {
      // The network will be back.
      const answer = await fetch(place.dataset.state).catch(() => null);
      // The store was deleted meanwhile, and the page says so.
      if (!place.isConnected) return;
      // The session, the install or the person's access is over: nothing more is to be had.
      if (answer !== null && answer.status === 404) {
        document.getElementById("over").hidden = false;
        return;
      }
      const text = answer !== null && answer.ok ? await answer.text().catch(() => "") : "";
      const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("videos");
      if (fresh !== null) show(fresh);
    }
    wait();
  }

  function wait() {
    setTimeout(look, place.querySelector("progress") === null ? 20000 : 2000);
  }

  wait();
})();
