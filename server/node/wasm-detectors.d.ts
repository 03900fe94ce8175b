/** The deep path of the package, which its own types do not name. */
declare module "cld3-asm/dist/cjs/index.js" {
	export * from "cld3-asm";
}
