// Modal dialogs: the browser keeps the focus inside and gives it back.

import {h, uniqueId} from "./dom.js";
import {Problem} from "./api.js";

function open(title, content) {
  const id = uniqueId("dialog");
  const dialog = h("dialog", {"aria-labelledby": id}, h("h2", {id}, title), content);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// Asks before something that cannot be undone; act() runs on yes, and what refuses it is shown.
export function confirm(title, text, yes, act) {
  const refusal = h("div", {class: "summary", role: "alert"});
  const cancel = h("button", {type: "button", autofocus: true, onclick: () => dialog.close()}, "Cancel");
  const go = h("button", {type: "button", class: "primary danger"}, yes);
  go.addEventListener("click", async () => {
    if (go.getAttribute("aria-disabled")) return;
    go.setAttribute("aria-disabled", "true");
    try {
      await act();
      dialog.close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refusal.replaceChildren(h("p", {}, error.message));
    } finally {
      go.removeAttribute("aria-disabled");
    }
  });
  const dialog = open(title, [h("p", {}, text), refusal, h("div", {class: "tools"}, cancel, go)]);
}

// A form in a dialog; build(close) gives the form.
export function formDialog(title, build) {
  let dialog = null;
  const close = () => dialog.close();
  dialog = open(title, build(close));
  const first = dialog.querySelector("input, select, textarea");
  if (first) first.focus();
}
