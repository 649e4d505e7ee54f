// Whether who opened the page is still signed in: says so once, leads to the sign-in, and goes on by itself afterwards.
import { frame, say } from "./bus.js";

const OUT = "You are signed out. What you changed is kept here: sign in again in another window, and it is saved.";
const OTHER = "Somebody else is signed in in this browser now. Sign in again as who opened this page to go on.";
let notice = null;

function tell(text) {
  if (notice) return;
  say(text, "failed");
  notice = document.getElementById("toasts").lastElementChild;
  const link = document.createElement("a");
  link.className = "btn btn-sm";
  link.href = `/accounts/login/?next=${encodeURIComponent(`/flows/${frame.dataset.key}/`)}`;
  link.target = "_blank";
  link.textContent = "Sign in";
  notice.insertBefore(link, notice.lastElementChild);
}

export const noteSignedOut = (text = OUT) => tell(text);
export const noteSomebodyElse = (text = OTHER) => tell(text);

/** The server has answered to who opened the page: what is kept is sent, with the token of the newest sign-in. */
export function noteSignedIn() {
  window.IntegratorEdits?.keepToken();
  if (!notice) return;
  notice.remove();
  notice = null;
  if (window.IntegratorEdits?.pending()) window.IntegratorEdits.retry();
}
