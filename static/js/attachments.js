// Adds pictures and files beside the text: chosen, pasted or dropped. A file goes to the server only when somebody has
// said what it shows; then its line is written where the cursor last was. Without this module the page of files does it.
import { token, write } from "./writing_at.js";

const LARGEST = 20 * 1024 * 1024;

const start = (section) => {
  const [box, status] = [section.querySelector(".upload-box"), section.querySelector(".upload-status")];
  const [words, file, button] = [section.querySelector("#upload-alt"), section.querySelector("#upload-file"), section.querySelector("[data-add]")];
  let text = null;

  const say = (sentence) => {
    status.textContent = sentence;
  };

  const line = (markdown) => {
    const target = text ?? document.querySelector("main form textarea");
    if (!target) return;
    const place = target.selectionEnd;
    const [before, after] = [target.value.slice(0, place), target.value.slice(place)];
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const rest = after.startsWith("\n\n") ? "" : after === "" || after.startsWith("\n") ? "\n" : "\n\n";
    write(target, place, place, gap + markdown + rest);
  };

  const add = async () => {
    const chosen = file.files[0];
    if (!chosen) return file.focus();
    if (chosen.size > LARGEST) return say(status.dataset.large);
    if (chosen.type.startsWith("image/") && !words.value.trim()) {
      say(status.dataset.words);
      return words.focus();
    }
    const form = new FormData();
    form.append("file", chosen);
    form.append("alt", words.value);
    button.disabled = true;
    say(status.dataset.adding);
    try {
      const headers = { Accept: "application/json", "X-CSRF-Token": token() };
      const answer = await fetch(section.dataset.attachments, { method: "POST", body: form, headers });
      const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.status === 201) {
        line(told.markdown);
        words.value = file.value = "";
        say(status.dataset.added);
      } else {
        say(told.faults?.map((fault) => fault.message).join(" ") || (answer.status === 413 ? status.dataset.large : status.dataset.failed));
      }
    } catch {
      say(status.dataset.failed);
    } finally {
      button.disabled = false;
    }
  };

  const take = (event, files) => {
    if (!(event.target instanceof HTMLTextAreaElement) || !files.length) return;
    event.preventDefault();
    text = event.target;
    file.files = files;
    say(status.dataset.words);
    section.scrollIntoView({ block: "nearest" });
    words.focus();
  };

  box.hidden = false;
  section.querySelector(".upload-page").hidden = true;
  button.addEventListener("click", add);
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter") add();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLTextAreaElement) text = event.target;
  });
  document.addEventListener("paste", (event) => {
    // word processors put a picture of the words beside the words
    if (!event.clipboardData.getData("text/plain")) take(event, event.clipboardData.files);
  });
  document.addEventListener("dragover", (event) => {
    if (event.target instanceof HTMLTextAreaElement && event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => take(event, event.dataTransfer.files));
};

for (const section of document.querySelectorAll("[data-attachments]")) start(section);
