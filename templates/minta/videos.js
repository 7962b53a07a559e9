"use strict";
(() => {
  const place = document.getElementById("videos");
  const isPlaying = (video) => video !== null && !video.paused && !video.ended;

  // Swap the film in the player, and go on at the same second.
  place.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-film]");
    if (button === null) return;
    const video = button.closest("article").querySelector("video");
    const { currentTime } = video;
    const wasPlaying = isPlaying(video);
    for (const each of button.parentElement.children) each.setAttribute("aria-pressed", each === button);
    video.className = "is-" + button.dataset.format;
    video.poster = button.dataset.poster;
    video.src = button.dataset.film;
    if (currentTime > 0) video.currentTime = currentTime;
    if (wasPlaying) video.play().catch(() => {});
  });

  // Put the new in place of the old, but never under somebody who watches.
  function show(fresh) {
    const kept = new Set();
    let before = place.querySelector("h2 + p:not(.empty)") ?? place.querySelector("h2");
    for (const next of fresh.querySelectorAll("article")) {
      kept.add(next.id);
      let now = document.getElementById(next.id);
      if (now === null) {
        before.after(next);
        now = next;
      } else if (now.dataset.version !== next.dataset.version && !isPlaying(now.querySelector("video"))) {
        now.replaceWith(next);
        now = next;
      } else {
        advance(now, next);
      }
      before = now;
    }
    for (const each of place.querySelectorAll("article")) {
      if (!kept.has(each.id) && !isPlaying(each.querySelector("video"))) each.remove();
    }
    const empty = place.querySelector(".empty");
    if (empty !== null && kept.size > 0) empty.remove();
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
      // The session, the install or the person's access is over: nothing more is to be had.
      if (answer !== null && answer.status >= 400 && answer.status < 500) return;
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
