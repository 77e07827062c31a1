// The one script of every page: registers the elements and speaks with htmx.
import "./lib/wire.js";
