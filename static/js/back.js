// Adds to a form that has come back with mistakes: the way back leads to where the form stands, and not to sending it
// once more. What a form is sent to answers whoever asks for it as a page with the way to the form.

history.replaceState(history.state, "", location.href);
