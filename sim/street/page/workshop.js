// The workshop: what can be broken besides, the time of day, the machine's voice and its settings.
const byId = (id) => document.getElementById(id);

export function showView(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll("[data-view]:not(body)")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  for (const link of document.querySelectorAll("nav a")) link.hash = view === "workshop" ? "workshop" : "";
}

export function buildWorkshop(shape, wish, changed) {
  for (const number of shape.cells.map((cell) => cell.n).sort((a, b) => a - b)) byId("door").append(new Option(number, number));
  for (const button of document.querySelectorAll("button[data-view]")) {
    button.addEventListener("click", () => {
      showView(button.dataset.view);
      history.replaceState(null, "", button.dataset.view === "workshop" ? "#workshop" : location.pathname + location.search);
      changed();
    });
  }
  for (const field of document.querySelectorAll("[data-site]")) {
    field.addEventListener("change", () => wish(field.dataset.site, field.type === "checkbox" ? (field.checked ? "yes" : "no") : field.value));
  }
}

export function drawWorkshop(street) {
  byId("today").textContent = street.today;
  byId("code-shown").textContent = street.code;
  byId("theme").value = street.site.theme;
  byId("auth").value = street.site.auth;
  byId("quiet").checked = street.site.quiet;
  const said = street.speech.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  const silence = Object.assign(document.createElement("li"), { className: "empty", textContent: document.body.dataset.speechEmpty });
  byId("speech").replaceChildren(...(said.length ? said.reverse() : [silence]));
}
