// How the canvas is built: fixed file names (the templates name them), no source maps, nothing that depends on the machine.
// `--mode designer` gives designer.js, designer.css and elk-worker.js; `--mode queue` gives queue.js, which every view loads.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const ENTRIES: Record<string, string> = { designer: "src/main.tsx", queue: "src/queue/install.ts" };

/** Ships ELK's own worker as it is: it is a script of its own, loaded at the first auto-layout only. */
function shipElkWorker(): Plugin {
  return {
    name: "ship-elk-worker",
    generateBundle() {
      const source = readFileSync(here("node_modules/elkjs/lib/elk-worker.min.js"));
      this.emitFile({ type: "asset", fileName: "elk-worker.js", source });
    },
  };
}

export default defineConfig(({ mode }) => ({
  publicDir: false,
  plugins: mode === "designer" ? [shipElkWorker()] : [],
  build: {
    outDir: here("../../static/designer"),
    emptyOutDir: false,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      // React Flow marks its modules for servers, which there are none of here.
      onwarn: (warning, warn) => (warning.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : warn(warning)),
      input: here(ENTRIES[mode] ?? "src/main.tsx"),
      output: {
        format: "iife",
        entryFileNames: `${mode}.js`,
        assetFileNames: "designer.[ext]",
        comments: false,
      },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "node",
    coverage: {
      provider: "v8",
      include: ["src/model/**", "src/queue/**", "src/layout/**"],
      exclude: ["**/*.test.ts", "src/queue/install.ts"],
      thresholds: { lines: 90 },
      reporter: ["text-summary"],
    },
  },
}));
