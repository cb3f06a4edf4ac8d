// Puts words into a text box as if they were typed: undo takes them back, and whoever listens to typing hears of it.
export const write = (box, start, end, words) => {
  box.focus();
  box.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, words)) {
    box.setRangeText(words, start, end, "end");
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
};

export const token = () => document.querySelector('input[name="csrf_token"]')?.value ?? "";
