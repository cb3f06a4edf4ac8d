// Results that follow what is typed and chosen: fetches the region of the same address and puts it in place.
// The address is the state, the form works without this, and on an error the page is asked for as a whole.
const PAUSE = 250;
const form = document.querySelector("form[data-live]");
const box = form.elements.q;
const status = form.querySelector("[role=status]");
let timer;
let request;
let typing = false; // the address of this typing is in the history already
let shown = location.href; // the address whose results are on the page
let broken = false;

const region = () => document.getElementById("region");

function address() {
  const given = [...new FormData(form)].filter(([, value]) => value.trim());
  const query = new URLSearchParams(given).toString();
  return form.action + (query && `?${query}`);
}

const same = (one) => (other) =>
  other.localName === one.localName &&
  ["name", "value", "href", "id"].every((key) => other.getAttribute(key) === one.getAttribute(key)) &&
  (one.hasAttribute("name") || other.textContent === one.textContent);

function replace(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("region");
  const old = region();
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  for (const details of old.querySelectorAll("details[data-keep]")) {
    const twin = fresh.querySelector(`details[data-keep="${CSS.escape(details.dataset.keep)}"]`);
    if (twin) twin.open = details.open;
  }
  old.replaceWith(fresh);
  if (focused) {
    const twin = [...fresh.querySelectorAll(focused.localName)].find(same(focused));
    const folded = twin?.closest("details:not([open])");
    if (folded && !twin.matches("summary")) folded.open = true;
    (twin ?? box).focus({ preventScroll: Boolean(twin) });
  }
  document.title = fresh.dataset.title;
  status.textContent = fresh.querySelector("#count").textContent.trim();
}

function failed() {
  broken = true;
  region().removeAttribute("aria-busy");
  status.textContent = status.dataset.failed;
  status.classList.remove("hidden-text");
}

async function show(url) {
  request?.abort();
  const own = (request = new AbortController());
  const fragment = new URL(url);
  fragment.searchParams.set("fragment", "1");
  region().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(fragment, { signal: own.signal });
    const html = answer.ok ? await answer.text() : "";
    if (own.signal.aborted) return;
    if (!html) return void location.assign(url);
    replace(html);
    shown = url;
  } catch (error) {
    if (error.name !== "AbortError") failed();
  }
}

function go(isTyping) {
  const url = address();
  if (url !== location.href) {
    history[isTyping && typing ? "replaceState" : "pushState"](null, "", url);
    typing = isTyping;
  }
  if (url !== shown) show(url);
  else region().removeAttribute("aria-busy");
}

function changed(event) {
  clearTimeout(timer);
  request?.abort(); // its answer would put back what was just changed
  if (!broken && !event.isComposing) timer = setTimeout(go, PAUSE, event.target === box);
}

form.addEventListener("input", changed);
form.addEventListener("compositionend", changed); // an accent typed with two keys

form.addEventListener("submit", () => {
  clearTimeout(timer);
  request?.abort();
});

box.addEventListener("blur", () => {
  typing = false;
});

addEventListener("popstate", () => {
  clearTimeout(timer);
  typing = false;
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  show(location.href);
});
