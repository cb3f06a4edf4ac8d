// Keeps what somebody types: on this device after a moment, on the server when it answers. What was kept is offered
// back and never put into the form by itself. A page with unsaved words asks before it is left.
const PAUSE = 600;
const SERVER_PAUSE = 4000;
const WEEK = 7 * 24 * 60 * 60 * 1000;
const PREFIX = "kb.typed ";
const MACHINERY = /^(csrf_token|once|base|do)$|password/;

const stored = (work) => {
  try {
    return work();
  } catch {
    return null; // a browser that keeps nothing: the server still does
  }
};

const tidy = (person) =>
  stored(() => {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const old = Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > WEEK;
      if (old || !key.startsWith(`${PREFIX}${person} `)) localStorage.removeItem(key);
    }
  });

const typed = (form) =>
  [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !MACHINERY.test(name));

const fill = (form, pairs) => {
  const left = pairs.map((pair) => [...pair]);
  for (const field of form.elements) {
    if (!field.name || MACHINERY.test(field.name) || field.type === "file") continue;
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = pairs.some(([name, value]) => name === field.name && value === field.value);
    } else if (field.type !== "hidden" && field.type !== "submit" && field.type !== "button") {
      const index = left.findIndex(([name]) => name === field.name);
      if (index >= 0) field.value = left.splice(index, 1)[0][1];
    }
  }
};

const watch = (form) => {
  const words = JSON.parse(form.dataset.words);
  const key = `${PREFIX}${form.dataset.storedAs}`;
  const status = document.querySelector(".autosave-status");
  const atWork = document.querySelector(".at-work");
  const first = JSON.stringify(typed(form));
  let timer;
  let serverTimer;
  let sending = false;
  let request;
  let leaving = false;

  const say = (text) => {
    if (status && status.textContent !== text) status.textContent = text;
  };
  const changed = () => JSON.stringify(typed(form)) !== first;

  const keep = () => {
    stored(() => localStorage.setItem(key, JSON.stringify({ at: Date.now(), once: form.elements.once?.value, fields: typed(form) })));
  };

  const send = async () => {
    if (!changed()) return;
    const body = new URLSearchParams(typed(form).map(([name, value]) => [`typed.${name}`, value]));
    body.set("form", form.dataset.form);
    body.set("base", form.elements.base?.value ?? "");
    body.set("csrf_token", form.elements.csrf_token?.value ?? "");
    request = new AbortController();
    const { signal } = request;
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers, signal });
      if (!answer.ok) throw new Error(answer.status);
      const { others } = await answer.json();
      say(words.saved);
      if (atWork && others.length) {
        atWork.hidden = false;
        atWork.textContent = words.others.replace("{names}", others.join(", "));
      }
    } catch {
      if (sending) return;
      say(words.offline);
      clearTimeout(serverTimer);
      serverTimer = setTimeout(send, 3 * SERVER_PAUSE);
    }
  };

  const offer = (kept) => {
    const place = document.querySelector(".autosave-offer");
    if (!place) return;
    const text = Object.assign(document.createElement("p"), { textContent: words.offer });
    const bring = Object.assign(document.createElement("button"), { type: "button", textContent: words.bring });
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: words.drop });
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    buttons.append(bring, drop);
    bring.addEventListener("click", () => {
      fill(form, kept.fields);
      place.hidden = true;
      form.querySelector("input:not([type=hidden]),textarea,select")?.focus();
      serverTimer = setTimeout(send, PAUSE);
    });
    drop.addEventListener("click", () => {
      stored(() => localStorage.removeItem(key));
      place.hidden = true;
    });
    place.className = "autosave-offer notice warn";
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", words.offer);
    place.replaceChildren(text, buttons);
    place.hidden = false;
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    clearTimeout(serverTimer);
    timer = setTimeout(keep, PAUSE);
    serverTimer = setTimeout(send, SERVER_PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(serverTimer);
    keep();
    leaving = true;
    sending = true;
    request?.abort(); // what arrives after the words are saved would be offered as unsaved
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    sending = false;
  });
  window.addEventListener("pagehide", () => {
    if (changed() && !sending) keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed() && !leaving) event.preventDefault();
  });

  const kept = stored(() => JSON.parse(localStorage.getItem(key)));
  const comesBackWithErrors = document.querySelector(".error-summary") !== null;
  const wasSaved = kept && document.cookie.match(/kb_saved=([^;]*)/)?.[1].split(".").includes(kept.once);
  if (!kept || comesBackWithErrors) return;
  if (wasSaved || JSON.stringify(kept.fields) === first) stored(() => localStorage.removeItem(key));
  else offer(kept);
};

for (const form of document.querySelectorAll("form[data-autosave]")) {
  tidy(form.dataset.person);
  watch(form);
}
