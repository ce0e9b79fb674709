// Where is the reader after a form came back? At the summary of what to put right. The attribute `autofocus` does that
// without a script, except when the address names a place on the page; a frame later we know whether it did.
const summary = document.querySelector("[data-focus]");
requestAnimationFrame(() => {
  if (summary && document.activeElement !== summary) summary.focus();
});
