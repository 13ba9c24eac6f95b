// What is said of errors that no input is known to cause.

import { CallbackError } from "@tsnids/nids";
import { expect } from "chai";
import { CommandError, ExitCode, explain } from "../dist/exit-codes.js";

describe("an error nobody expected", () => {
  it("is one line that calls it a bug, whatever its message", () => {
    const { text, exitCode } = explain(new TypeError("x is not a function\n    at y\n"));
    expect(text).to.match(/^unexpected TypeError: x is not a function; at y \(this is a bug, .*DEBUG=1.*\)$/);
    expect(exitCode).to.equal(ExitCode.FAILED);
    expect(explain("thrown text").text).to.match(/^unexpected thrown text \(/);
    expect(explain(new CallbackError(new Error("no"), undefined, 0)).exitCode).to.equal(ExitCode.FAILED);
  });

  it("is not what a user can put right", () => {
    const error = new CommandError(ExitCode.WRONG_INPUT, "out: is not empty");
    expect(explain(error)).to.deep.equal({ text: "out: is not empty", exitCode: 2 });
  });
});
