// @tsnids/cli as a module: the command itself, for programs that want to be it.

export { main } from "./main.js";
