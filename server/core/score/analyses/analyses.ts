/** Everything the panels beside the score show, from the published files. */
import type { Published } from "../published.ts";
import { analyseData } from "./data-quality.ts";
import type { Analyses } from "./message.ts";
import { analyseRecipe } from "./recipe.ts";
import { analyseTeachers } from "./teachers.ts";

export function analyse(published: Published): Analyses {
	return { teachers: analyseTeachers(published), data: analyseData(published), recipe: analyseRecipe(published) };
}
