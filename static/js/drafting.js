// <form data-draft="address">: keeps what is typed a few seconds later and when the page is left; [data-draft-said] says when.
const PAUSE_MS = 2_500;
const LONGEST_MS = 15_000; // nobody waits longer for a save before the answer itself is sent

export function fieldsOf(form) {
  const typed = new FormData(form);
  for (const [name, value] of [...typed]) if (value instanceof File || name.endsWith("-secret")) typed.delete(name);
  return typed;
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const said = document.querySelector("[data-draft-said]");
  let timer = 0;
  let isDirty = false;
  let saving = null; // the save under way: one after the other, or an older one that comes later would win
  let isLeaving = false;

  const say = (text) => {
    if (said) said.textContent = text;
  };

  const send = async () => {
    isDirty = false;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(fieldsOf(form)),
        signal: AbortSignal.timeout(LONGEST_MS),
        headers: { Accept: "application/json" },
      });
      const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
      say(told ? told.text : "Not saved: load the page again to see what changed.");
    } catch {
      isDirty = true;
      say("Not saved: there is no connection. It is tried again when you go on typing.");
    }
  };

  const save = async () => {
    clearTimeout(timer);
    while (saving) await saving;
    if (!isDirty) return;
    saving = send().finally(() => (saving = null));
    await saving;
  };

  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  // What was typed last is in the form itself; a draft that is on its way comes first, or it would come after the answer.
  form.addEventListener("submit", (event) => {
    isDirty = false;
    clearTimeout(timer);
    if (!saving || event.defaultPrevented) return;
    event.preventDefault();
    if (isLeaving) return;
    isLeaving = true;
    saving.then(() => {
      isLeaving = false;
      form.requestSubmit(event.submitter);
    });
  });
  addEventListener("pagehide", () => {
    if (!isDirty) return;
    isDirty = false;
    navigator.sendBeacon(form.dataset.draft, new URLSearchParams(fieldsOf(form)));
  });
}
