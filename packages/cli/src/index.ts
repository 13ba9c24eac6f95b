// @tsnids/cli as a module: the command itself, for programs that start it.

export { main } from "./main.js";
