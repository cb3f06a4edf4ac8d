// Text pasted or dropped from a word processor becomes Markdown. The plain words are there at once; the server sends
// back the same with headings, lists and tables, and they are exchanged if nobody has typed in between.
import { token, write } from "./writing_at.js";

const ADDRESS = new URL("../../paste", import.meta.url);
const WORTH_IT = /<(h[1-6]|li|table|b|strong|i|em|a)\b|mso-list|font-weight:\s*[6-9]00/i;
const LARGEST = 2_000_000;

const convert = async (html) => {
  try {
    const answer = await fetch(ADDRESS, { method: "POST", body: html, headers: { "Content-Type": "text/html", "X-CSRF-Token": token() } });
    return answer.ok ? (await answer.json()).markdown : "";
  } catch {
    return ""; // offline: the plain words stay
  }
};

const exchange = async (box, start, plain, html) => {
  const markdown = await convert(html);
  const end = start + plain.length;
  const untouched = box.value.slice(start, end) === plain && box.selectionStart === end && box.selectionEnd === end;
  if (markdown && markdown !== plain && untouched) write(box, start, end, markdown);
};

const worthIt = (html) => html.length <= LARGEST && WORTH_IT.test(html);

document.addEventListener("paste", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLTextAreaElement)) return;
  const html = event.clipboardData.getData("text/html");
  const plain = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
  if (!plain || !worthIt(html)) return;
  event.preventDefault();
  const start = box.selectionStart;
  write(box, start, box.selectionEnd, plain);
  exchange(box, start, plain, html);
});

document.addEventListener("drop", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLTextAreaElement) || event.dataTransfer.files.length) return;
  const html = event.dataTransfer.getData("text/html");
  if (!worthIt(html)) return;
  box.addEventListener(
    "input",
    () => {
      const [start, end] = [box.selectionStart, box.selectionEnd];
      const plain = box.value.slice(start, end); // browsers select what was dropped
      if (!plain) return;
      box.setSelectionRange(end, end);
      exchange(box, start, plain, html);
    },
    { once: true },
  );
});
