/**
 * The rules that a machine can check: strict types everywhere, packages that import only what lies below them, and
 * packages that touch neither Node nor a clock.
 */
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** What the sources of each package may import. Of @tsnids/…, only packages listed above it. */
const imports = {
  pcap: [],
  testkit: ["@tsnids/pcap"],
  nids: ["@tsnids/pcap", "eventemitter3"],
  filter: ["@tsnids/pcap"],
  capture: ["@tsnids/pcap", "@tsnids/nids", "node:.+", "cap", "fzstd", "xxhash-wasm"],
  output: ["@tsnids/pcap", "@tsnids/nids", "@noble/hashes/.+"],
  sniff: ["@tsnids/(pcap|nids|filter|capture)", "node:.+", "hexy"],
  workers: ["@tsnids/(pcap|nids)", "node:.+"],
  cli: ["@tsnids/(pcap|nids|filter|capture|output|sniff|workers)", "node:.+", "commander", "picocolors", "tinyglobby"],
};

/** Packages that run anywhere, a browser included, and give the same answers to the same input. */
const runAnywhere = ["pcap", "testkit", "nids", "filter"];
const outsideWorld = [
  ...["process", "Buffer", "require", "global", "performance", "fetch", "console", "crypto"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
];

const nodeGlobals = Object.fromEntries(
  [
    "process",
    "console",
    "Buffer",
    "URL",
    "TextDecoder",
    "TextEncoder",
    "performance",
    "setTimeout",
    "WebAssembly",
    "AbortController",
  ].map((name) => [name, "readonly"]),
);

export default defineConfig(
  {
    ignores: [
      "**/dist/",
      "**/dist-test/",
      "**/*.generated.ts",
      "bench/.cache/",
      // AssemblyScript: TypeScript in syntax, but not in types.
      "packages/*/kernel/*.ts",
    ],
  },
  // A rule that is wrong for a place is changed here, where it can be seen, not switched off in the code.
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 500 }],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"], location: "anywhere" }],
      "object-shorthand": "error",
      "prefer-const": "error",
      "no-var": "error",
    },
  },
  {
    files: ["**/*.js"],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ["**/*.spec.js"],
    languageOptions: {
      globals: { describe: "readonly", it: "readonly", before: "readonly", after: "readonly" },
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // An element of a typed array within its bounds is always there, which only the author can know; see
      // noUncheckedIndexedAccess.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["**/test/**/*.ts"],
    rules: {
      // chai: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
  Object.entries(imports).map(([name, allowed]) => ({
    files: [`packages/${name}/src/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: `^(?!\\.|(${["(?!)", ...allowed].join("|")})$)`,
              message: `packages/${name} may not import it: see "imports" in eslint.config.js.`,
            },
          ],
        },
      ],
    },
  })),
  {
    files: runAnywhere.map((name) => `packages/${name}/src/**/*.ts`),
    rules: {
      "no-restricted-globals": [
        "error",
        {
          checkGlobalObject: true,
          globals: outsideWorld.map((name) => ({
            name,
            message: "This package runs anywhere: bytes and time come in.",
          })),
        },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Time comes with the packets." },
        { object: "Math", property: "random", message: "The same input gives the same answers; take a seed." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ImportExpression",
          message: "Imports of this package are static, where the layers can be checked.",
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time comes with the packets." },
      ],
    },
  },
);
