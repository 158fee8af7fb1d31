"use strict";
// Keeps the page fresh: replaces the parts that changed, and says loudly when nothing comes any more.
(() => {
  const body = document.body, bar = document.getElementById("bar"), age = document.getElementById("age");
  if (!body.dataset.live) return;
  let last = performance.now(), lastWall = new Date(), connected = body.dataset.connected === "yes", since = body.dataset.since;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

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
    lastWall = new Date();
    connected = state.connected;
    since = state.since;
    for (const [name, html] of Object.entries(state.parts)) replace(name, html);
    // A centre with a new key does not take the token with which this page was opened.
    for (const field of document.getElementsByName("_csrf_token")) field.value = state.token;
    show();
  }

  function show() {
    const seconds = (performance.now() - last) / 1000, dead = seconds > 15;
    age.textContent = dead ? fill(body.dataset.none, { age: clock(seconds) }) : fill(body.dataset.age, { age: seconds.toFixed(1) });
    age.className = dead ? "age dead" : seconds > 5 ? "age old" : "age";
    bar.hidden = connected && !dead;
    const words = dead ? fill(body.dataset.server, { time: lastWall.toLocaleTimeString() }) : fill(body.dataset.lost, { time: since });
    if (!bar.hidden && bar.textContent !== words) bar.textContent = words;
  }

  let source;
  function listen() {
    source?.close();
    source = new EventSource(`/live/${body.dataset.live}`);
    source.addEventListener("parts", heard);
    source.addEventListener("beat", heard);
  }
  listen();
  setInterval(show, 500);

  const typing = (target) => target.closest("input, select, textarea") !== null;
  let went = false;
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (went && event.key === "o") location.href = "/";
    if (went && event.key === "c") location.href = "/clerk";
    if (event.key === "R") listen();
    went = event.key === "g";
  });
})();
