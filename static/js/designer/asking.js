// How the designer's fields ask the server: JSON with the page's token, addresses with parameters.

/** POST `data` as JSON; the answer's JSON, or an error. */
export async function post(address, data) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), "Content-Type": "application/json" },
    body: JSON.stringify(data),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

export function addressWith(address, parameters) {
  return `${address}?${new URLSearchParams(parameters)}`;
}

/** When the browser has nothing better to do. */
export function whenIdle(act) {
  if (window.requestIdleCallback) requestIdleCallback(act, { timeout: 1000 });
  else setTimeout(act, 200);
}
