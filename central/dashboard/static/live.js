"use strict";
// Keeps the page fresh: replaces the parts that changed, and says loudly when nothing comes any more.
(() => {
  const body = document.body, bar = document.getElementById("bar"), age = document.getElementById("age");
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
  countDown(document.querySelector("[data-left]"));
  if (!body.dataset.live) return;
  // Times are the centre's own words: this computer's clock and zone may be others.
  let last = performance.now(), lastSaid = body.dataset.now, connected = body.dataset.connected === "yes", since = body.dataset.since;
  let oldest = Number(body.dataset.oldest);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const clock = (s) => (s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`);

  // A one-time code runs out on the page as it does at the machine, whatever this computer's clock says.
  function countDown(code) {
    if (!code) return;
    const end = performance.now() + Number(code.dataset.left) * 1000, left = code.querySelector("[data-clock]");
    const timer = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      left.textContent = seconds ? code.dataset.words.replace("{left}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`) : code.dataset.over;
      code.classList.toggle("over", !seconds);
      if (!seconds) clearInterval(timer);
    }, 500);
  }

  function replace(name, html) {
    const part = document.getElementById(`part-${name}`);
    if (!part) return;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const top = part.scrollTop;
    part.innerHTML = html;
    part.scrollTop = top;
    if (focused) document.getElementById(focused)?.focus();
  }

  function heard(event) {
    const state = JSON.parse(event.data);
    last = performance.now();
    lastSaid = state.now;
    oldest = state.oldest_s;
    connected = state.connected;
    since = state.since;
    for (const [name, html] of Object.entries(state.parts)) replace(name, html);
    // A centre with a new key does not take the token with which this page was opened.
    for (const field of document.getElementsByName("_csrf_token")) field.value = state.token;
    show();
  }

  function show() {
    if (document.hidden || performance.now() - returned < 2000 && last < returned) return;
    const silence = (performance.now() - last) / 1000, dead = silence > 15, seconds = oldest ? oldest + silence : silence;
    const words = dead ? body.dataset.none : oldest ? body.dataset.old : body.dataset.age;
    age.textContent = fill(words, { age: dead ? clock(silence) : oldest ? clock(seconds) : seconds.toFixed(1) });
    age.className = dead || (oldest && seconds > 15) ? "age dead" : seconds > 5 ? "age old" : "age";
    bar.hidden = connected && !dead;
    const told = dead ? fill(body.dataset.server, { time: lastSaid }) : fill(body.dataset.lost, { time: since });
    if (!bar.hidden && bar.textContent !== told) bar.textContent = told;
  }

  let source, returned = -Infinity;
  function listen() {
    source?.close();
    source = new EventSource(`/live/${body.dataset.live}${location.search}`);
    source.addEventListener("parts", heard);
    source.addEventListener("beat", heard);
  }
  if (!document.hidden) listen();
  // A page that is left stays in the browser's cache and would hold one of its six connections to the centre.
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
  // So does one behind other tabs, where nobody looks; whoever comes back has the news within a moment.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return source?.close();
    returned = performance.now();
    listen();
  });
  setInterval(show, 500);

  const typing = (target) => target.closest("input, select, textarea") !== null;
  let went = false;
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (went && event.key === "o") location.href = "/";
    if (went && event.key === "c") location.href = "/clerk";
    if (went && event.key === "t") location.href = "/tasks";
    if (event.key === "R") listen();
    went = event.key === "g";
  });
})();
