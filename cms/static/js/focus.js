// Where is the reader after a form came back? At the summary of what to put right. The attribute `autofocus` does the
// same without a script, except when the address names a place on the page.
document.querySelector("[data-focus]")?.focus();
