// Shows ideas like the one that is being typed. Needs an element with data-similar (the address to ask) beside a
// form with fields named title and summary, and an empty element with role=status before it. Without it the list stands
// on the page on which answers are checked.
const WAIT = 700; // milliseconds after the last key: polite to readers of screens and to the server
const FEWEST = 8; // signs

for (const region of document.querySelectorAll("[data-similar]")) {
  const form = region.closest("form");
  const said = document.getElementById(region.dataset.status);
  const fields = form ? [...form.elements].filter((field) => field.name === "title" || field.name === "summary") : [];
  let timer = 0;
  let asked = "";
  let running = null;

  const show = (html) => {
    region.innerHTML = html.trim();
    const head = region.querySelector(".similar-head");
    if (said) said.textContent = head ? head.textContent : "";
  };

  const ask = async () => {
    const words = new URLSearchParams(fields.map((field) => [field.name, field.value.trim().slice(0, 500)]));
    if (words.toString() === asked) return;
    asked = words.toString();
    running?.abort();
    if ([...words.values()].join("").length < FEWEST) {
      show("");
      return;
    }
    running = new AbortController();
    const address = new URL(region.dataset.similar, location.href);
    for (const [name, value] of words) address.searchParams.set(name, value);
    try {
      const answer = await fetch(address, { signal: running.signal, headers: { Accept: "text/html" } });
      if (answer.ok) show(await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") show(""); // offline: the list comes back with the next key
    }
  };

  for (const field of fields) {
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
  }
  ask();
}
