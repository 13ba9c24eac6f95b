/**
 * Code in Markdown: the fenced blocks of a document that a reader would copy and run.
 *
 *     ```ts           type-checked and run        ```js           run
 *     ```ts no-run    type-checked only           anything else   left alone
 *
 * Blocks are programs of their own, run in the root folder of the repository, so that "pcaps/web.pcap" and the packages are
 * found. Types are stripped and not compiled away: what the reader sees is what runs.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { repository } from "./suites.js";

/** A fenced block of code. */
export interface CodeBlock {
  /** Document, relative to the repository, and line of the opening fence, from 1: "README.md:12". */
  readonly place: string;
  readonly language: "ts" | "js";
  readonly runs: boolean;
  readonly code: string;
}

/** The blocks of a document that are to be run or type-checked, in their order. `document` is relative to the repository. */
export function readCodeBlocks(document: string): CodeBlock[] {
  return findCodeBlocks(document, readFileSync(join(repository, document), "utf8"));
}

/** The same for a document's text. */
export function findCodeBlocks(document: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^```(ts|js)( no-run)?\n(.*?)^```$/gms)].map((match) => ({
    place: `${document}:${text.slice(0, match.index).split("\n").length}`,
    language: match[1] as "ts" | "js",
    runs: match[2] === undefined,
    code: match[3] ?? "",
  }));
}

/** What the compiler has to say about each block, as "place+line: message", all blocks in one compilation. */
export function typeCheck(blocks: readonly CodeBlock[]): string[] {
  const options = compilerOptions();
  const sources = new Map(blocks.map((block, i) => [join(repository, `block-${i}.${block.language}`), block]));
  const host = ts.createCompilerHost(options);
  host.fileExists = (file) => sources.has(file) || ts.sys.fileExists(file);
  host.readFile = (file) => sources.get(file)?.code ?? ts.sys.readFile(file);
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    const place = sources.get(file?.fileName ?? "")?.place ?? file?.fileName ?? "";
    return `${place}+${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

/** Runs a block in a process of its own and gives what it printed. Throws an error with its messages when it fails. */
export function run(block: CodeBlock): string {
  const input = block.language === "ts" ? stripTypes(block.code) : block.code;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], {
    cwd: repository,
    input,
    encoding: "utf8",
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`${block.place} ended with ${signal ?? `exit code ${status}`}:\n${stderr}`);
  return stdout;
}

function stripTypes(code: string): string {
  const options = { ...compilerOptions(), module: ts.ModuleKind.ESNext, sourceMap: false };
  return ts.transpileModule(code, { compilerOptions: options }).outputText;
}

/** The options of the repository, for code that is not emitted. */
function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.base.json"), (file) =>
    readFileSync(file, "utf8"),
  ) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, repository);
  return {
    ...options,
    composite: false,
    declarationMap: false,
    isolatedDeclarations: false,
    allowJs: true,
    checkJs: true,
    noEmit: true,
    types: ["node"],
  };
}
