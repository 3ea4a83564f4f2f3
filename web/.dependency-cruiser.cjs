/** Which way imports go: `ui → model → lib`, and from outside the feature through its `index.ts` alone. */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "lib-knows-nobody",
      severity: "error",
      from: { path: "^src/features/Chat/lib" },
      to: { path: "^src/", pathNot: "^src/features/Chat/lib" },
    },
    {
      name: "lib-is-without-react",
      comment: "The realtime core and the REST client run without a page; only the seed's hook is a hook.",
      severity: "error",
      from: { path: "^src/features/Chat/lib", pathNot: "useWebSocket" },
      to: { path: "node_modules/(react|react-dom|@tanstack)/" },
    },
    {
      name: "model-knows-lib",
      severity: "error",
      from: { path: "^src/features/Chat/model" },
      to: { path: "^src/", pathNot: "^src/features/Chat/(lib|model)" },
    },
    {
      name: "ui-knows-model-and-lib",
      severity: "error",
      from: { path: "^src/features/Chat/ui" },
      to: { path: "^src/", pathNot: "^src/features/Chat/(lib|model|ui)" },
    },
    {
      name: "through-the-front-door",
      severity: "error",
      from: { path: "^(src|examples)/", pathNot: "^src/features/Chat/" },
      to: { path: "^src/features/Chat/", pathNot: "^src/features/Chat/(index\\.ts|ui/styles\\.css)$" },
    },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: {},
      // The bundler's: a style sheet as a text.
      to: { couldNotResolve: true, pathNot: "\\.css\\?inline$" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".json", ".css"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types"],
    },
  },
};
