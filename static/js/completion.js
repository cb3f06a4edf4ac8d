// Offers words and titles of public records while somebody types: a plain datalist, so the browser does the rest.
const PAUSE = 150;
const SHORTEST = 3;

for (const box of document.querySelectorAll("input[data-suggestions]")) {
  const list = document.createElement("datalist");
  list.id = `${box.id}-suggestions`;
  let timer;
  let request;

  const offer = (words) => {
    list.replaceChildren(...words.map((word) => new Option(word, word)));
    if (words.length && !list.isConnected) {
      box.after(list);
      box.setAttribute("list", list.id);
    }
  };

  const ask = async () => {
    request = new AbortController();
    try {
      const address = `${box.dataset.suggestions}?${new URLSearchParams({ q: box.value })}`;
      const answer = await fetch(address, { signal: request.signal });
      if (answer.ok) offer(await answer.json());
    } catch {
      // Without suggestions the box works as it always does.
    }
  };

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    request?.abort();
    const chosen = !event.inputType || event.inputType === "insertReplacementText";
    if (!chosen && !event.isComposing && box.value.trim().length >= SHORTEST) timer = setTimeout(ask, PAUSE);
  });
}
