import tseslint from "typescript-eslint";

/** What each folder of src/ may import: the arrows of docs/architecture.md, as lint rules. */
const mayNotImport = (files, patterns, message) => ({
  files,
  rules: {
    "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }],
  },
});

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "coverage/",
      "docs/api/",
      "runs/",
      "node_modules/",
      "src/simd/assembly/",
      // Programs for runtimes as they are, outside of the project's types.
      "test/package/programs/*.cjs",
      "**/*.generated.ts",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "scripts/*.mjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Take a seeded stream from src/random/." },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Public doors check at run time what the types already promise: callers may write JavaScript.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // Shapes and kernels are known to be there where the code says so; tests assert by using.
      "@typescript-eslint/no-non-null-assertion": "off",
      // tfjs hands out structural types for what it creates with its own classes.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A quarter of the time, for enums, of which there are none.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
  },
  mayNotImport(
    [
      "src/{runtime,text,bytes,random,dataset,augment,metrics,plots,formats}/**/*.ts",
      "src/!(index).ts",
    ],
    ["@tensorflow/*", "node:*", "**/model/*", "**/train/*", "**/node/*", "**/simd/*"],
    "This layer is pure: no TensorFlow.js, no I/O, nothing from the layers above it.",
  ),
  mayNotImport(
    ["src/model/**/*.ts"],
    ["node:*", "**/train/*", "**/node/*", "**/simd/*"],
    "model/ stands below train/ and knows no runtime.",
  ),
  mayNotImport(
    ["src/train/**/*.ts"],
    ["node:*", "**/node/*", "**/browser/*", "**/simd/*"],
    "train/ knows no runtime and no backend of ours.",
  ),
  mayNotImport(
    ["src/browser/**/*.ts"],
    ["node:*", "**/node/*", "**/simd/*"],
    "browser/ runs in pages, and takes any backend.",
  ),
  ...[
    ["src/simd/*.ts", "../*"],
    ["src/simd/*/*.ts", "../../*"],
  ].map(([files, outside]) =>
    mayNotImport(
      [files],
      [outside],
      "simd/ is self-contained: it imports TensorFlow.js packages only.",
    ),
  ),
);
