/** The paper's findings on how to make the data, each with what its rows say: reproduces, does not, or no rows. */
import type { Published } from "../published.ts";
import { meanOf } from "../spearman.ts";
import type { RecipeFinding } from "./message.ts";

export function analyseRecipe(published: Published): RecipeFinding[] {
	return [
		strategies(published),
		dataSize(published),
		translation(published),
		tagalog(published),
		largeStudent(published),
	];
}

const strategyNames: Readonly<Record<string, string>> = { G: "generate", T: "translate", R: "respond" };

function strategies({ tables }: Published): RecipeFinding {
	const { columns, rows } = tables.table2_pg_by_method;
	const points = Object.entries(rows).flatMap(([teacher, values]) =>
		columns.flatMap((column, index) => {
			const [language = "", strategy = ""] = column.split("-");
			const value = values[index];
			return value === undefined || value === null
				? []
				: [{ group: `${teacher}, ${language}`, series: strategyNames[strategy] ?? strategy, value }];
		}),
	);
	return {
		name: "strategies",
		title: "Strategy by language",
		status: "no rows to check",
		remark:
			"As printed in Table 2. Generate is highest in German for all three teachers; in Arabic and Indonesian it depends on the teacher. The German and Indonesian gaps are negative.",
		unit: "PG-Score",
		points,
	};
}

function dataSize({ dataScaling }: Published): RecipeFinding {
	const above = dataScaling.filter((row) => row.published_minus_implied > 0.02);
	const points = dataScaling.flatMap(({ target_lang, scale, result, result_implied_by_pg_score }) => {
		const group = `${target_lang}, ${(scale / 1000).toLocaleString("en")}k rows`;
		return [
			{ group, series: "result in the file", value: result },
			{ group, series: "result its own PG-Score implies", value: result_implied_by_pg_score },
		];
	});
	return {
		name: "data-size",
		title: "Data size",
		status: "does not reproduce",
		remark: `${above.length} of ${dataScaling.length} results exceed what their own PG-Score implies with the main anchors and z, so “about 10k rows suffice” cannot be read off. Measure a learning curve on your own data.`,
		unit: "accuracy",
		points,
	};
}

const methodNames: Readonly<Record<string, string>> = {
	"translate-synthetic": "teacher translates and answers",
	"translate-then-respond": "NLLB translates, teacher answers",
	"nllb-translate-both": "NLLB translates both",
};

function translation({ translations }: Published): RecipeFinding {
	const groups = [...Map.groupBy(translations, (row) => row.translate_method)];
	const points = groups.flatMap(([method, rows]) => {
		const group = methodNames[method] ?? method;
		return rows
			.map((row) => ({ group, series: row.target_lang, value: row.pg_score }))
			.concat({ group, series: "mean", value: meanOf(rows.map((row) => row.pg_score)) });
	});
	const accuracies = groups
		.map(([method, rows]) => ({ name: methodNames[method] ?? method, mean: meanOf(rows.map((row) => row.result)) }))
		.sort((a, b) => b.mean - a.mean)
		.map(({ name, mean }) => `${name} ${mean.toFixed(4)}`);
	return {
		name: "translation",
		title: "Way of translating",
		status: "reproduces",
		remark: `The means are Figure 6's. By mean accuracy the order is another: ${accuracies.join(", ")}. z is the same in all three, and two of the three gaps are negative.`,
		unit: "PG-Score",
		points,
	};
}

function tagalog({ tagalogSteps }: Published): RecipeFinding {
	const off = tagalogSteps.filter((step) => !step.consistent);
	const remarks = off.map(
		(step) =>
			`${step.step.replace(/^\+/u, "")}: stated ${step.filbench_score.toFixed(2)}, mean of its categories ${step.mean_of_category_scores.toFixed(2)}.`,
	);
	return {
		name: "tagalog",
		title: "Tagalog recipe, step by step",
		status: off.length === 0 ? "reproduces" : "does not reproduce",
		remark: `${tagalogSteps.length - off.length} of ${tagalogSteps.length} steps equal the mean of their four categories. ${remarks.join(" ")} One run each.`,
		unit: "FilBench, percent",
		points: tagalogSteps.flatMap(({ step, filbench_score, mean_of_category_scores }) => [
			{ group: step, series: "stated", value: filbench_score },
			{ group: step, series: "mean of categories", value: mean_of_category_scores },
		]),
	};
}

function largeStudent({ tables }: Published): RecipeFinding {
	const { columns, rows } = tables.table16_olmo3_32b;
	const points = Object.entries(rows).flatMap(([teacher, values]) =>
		columns.flatMap((column, index) => {
			const value = values[index];
			return value === undefined || value === null ? [] : [{ group: teacher, series: column, value }];
		}),
	);
	return {
		name: "large-student",
		title: "A 32B student",
		status: "no rows to check",
		remark:
			"As printed in Table 16; the averages are the means of the six languages. No score rows were published for this student.",
		unit: "PG-Score",
		points,
	};
}
