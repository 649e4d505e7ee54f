// Builds the page the canvas is measured against (`make bench`) into a folder named by BENCH_OUT; nothing of it is shipped.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    outDir: process.env.BENCH_OUT ?? "bench-out",
    emptyOutDir: false,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: {
      input: fileURLToPath(new URL("src/bench/bare.tsx", import.meta.url)),
      output: { format: "iife", entryFileNames: "bare.js", assetFileNames: "bare.[ext]" },
    },
  },
});
