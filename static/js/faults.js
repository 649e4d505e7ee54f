// A form that came back with faults: the first wrong field has the focus, so that nobody has to look for it.
document.querySelector("main [aria-invalid=true]")?.focus();
