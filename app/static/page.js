// What the landing page runs.

import "./jobs_console.js";
import "./sample.js";
