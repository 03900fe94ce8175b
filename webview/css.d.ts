/** esbuild gathers the style sheets that panels import. */
declare module "*.css";
