// Keeps the partner's desk fresh while somebody looks at it; leaves it alone while a button has the focus.
const desk = document.querySelector("#desk");
setInterval(async () => {
  if (document.hidden || desk.contains(document.activeElement)) return;
  const answer = await fetch("/desk");
  if (answer.ok) desk.innerHTML = await answer.text();
}, 2000);
