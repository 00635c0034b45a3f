/** What `make lint-page` asks of the page's scripts: recommended rules of ESLint, and a few more. */
import js from "../../../.browser/node_modules/@eslint/js/src/index.js";

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: Object.fromEntries([
      "document", "window", "Blob", "Response", "Worker", "URL", "atob", "performance", "postMessage", "onmessage",
      "TextEncoder", "TextDecoder", "CompressionStream", "DecompressionStream", "ResizeObserver", "Event",
      "setInterval", "clearInterval", "setTimeout", "Node", "HTMLElement", "HTMLButtonElement", "HTMLInputElement", "ENGINE", "globalThis",
    ].map((name) => [name, "writable"])) },
    rules: { eqeqeq: "error", "no-unused-vars": ["error", { ignoreRestSiblings: true }], "no-eval": "error", "no-implied-eval": "error", "no-new-func": "error", "prefer-const": "error", "no-var": "error",
      "no-restricted-properties": ["error", ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({ property }))] },
  },
];
