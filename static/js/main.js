// What every page loads. Each module owns one topic and does nothing where its marks are absent; pages work without any.
import "./folds.js";
import "./toasts.js";
import "./theme.js";
import "./times.js";
import "./copying.js";
import "./carrying.js";
import "./keys.js";
import "./polling.js";
import "./ticking.js";
import "./embedding.js";
import "./live.js";
import "./counts.js";
import "./drawer.js";
import "./busy.js";
import "./answers.js";
import "./keeping.js";
import "./faults.js";
import "./people.js";
import "./strips.js";

document.documentElement.classList.add("js");
