"use strict";
// What follows # reaches no server by itself: it is given to the form and leaves the address.
(() => {
  const form = document.getElementById("receipt");
  if (location.hash.length < 2) return;
  form.elements.text.value = location.hash;
  history.replaceState(null, "", location.pathname);
  form.requestSubmit();
})();
