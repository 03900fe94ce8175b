/** What the offline noise score sees: each kind of damage apart, among the practice seeds of eight languages. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { seededRandom, shuffled } from "../../server/core/generate/seeded-random.ts";
import { NoiseModels, noisyFrom, robustZ } from "../../server/core/measure/noise-score.ts";
import type { Bench, BenchRow } from "./main.ts";

const languages = ["ar", "cs", "de", "en", "es", "id", "ja", "tl"] as const;
/** For languages whose "another language" can't be English. */
const other: Readonly<Record<string, string>> = { en: "de" };

type Damage = (text: string, random: () => number, at: number, language: string) => string;

const damages: Readonly<Record<string, Damage>> = {
	"10 % of characters replaced": (text, random) => {
		const letters = [...text].filter((letter) => letter.trim() !== "");
		return [...text]
			.map((letter) => (random() < 0.1 ? letters[Math.floor(random() * letters.length)] : letter))
			.join("");
	},
	"letters scrambled inside words": (text, random) =>
		text
			.split(" ")
			.map((word) => shuffled([...word], random).join(""))
			.join(" "),
	"another language": (_text, _random, at, language) => seeds(other[language] ?? "en")[at] ?? "",
};

const known = new Map<string, string[]>();

function seeds(language: string): string[] {
	const file = () => readFileSync(new URL(`../../media/practice/${language}.jsonl`, import.meta.url), "utf8");
	const texts =
		known.get(language) ??
		file()
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line).response as string);
	known.set(language, texts);
	return texts;
}

export async function run(): Promise<Bench> {
	const kinds = Object.entries(damages).map(([name, damage]) => {
		const areas = languages.map((language) => areaUnderCurve(language, damage));
		const each = languages.map((language, at) => `${language} ${(areas[at] ?? 0).toFixed(2)}`).join(", ");
		return { name, each, mean: areas.reduce((sum, area) => sum + area, 0) / areas.length };
	});
	const mean = kinds.reduce((sum, kind) => sum + kind.mean, 0) / kinds.length;
	const rows: BenchRow[] = [
		{ what: "AUC, mean of the kinds below", measured: mean.toFixed(3), target: "≥ 0.97", ok: mean >= 0.97 },
		...kinds.map((kind) => ({
			what: kind.name,
			measured: `${kind.mean.toFixed(3)} (${kind.each})`,
			target: "",
			ok: null,
		})),
	];
	const name =
		"noise score with the file in the model: 120 practice seeds a language, responses only; no second domain is at hand";
	return { name, rows: [...rows, falseAlarms(), speed()] };
}

/** Models of the file, and the bits of its texts. */
function measured(language: string) {
	const texts = seeds(language);
	const models = new NoiseModels(0);
	for (const [at, text] of texts.entries()) models.learn(text, at, 1);
	const bits = (text: string, at: number) => models.bitsPerCharacter(text, at) ?? Number.NaN;
	return { texts, bits };
}

/** Chance that a damaged text costs more than a clean one. */
function areaUnderCurve(language: string, damage: Damage): number {
	const { texts, bits } = measured(language);
	const random = seededRandom(`damage ${language}`);
	const clean = texts.map(bits);
	const damaged = texts.map((text, at) => bits(damage(text, random, at, language), at));
	const wins = damaged.map((bad) => clean.reduce((sum, good) => sum + (bad > good ? 1 : bad === good ? 0.5 : 0), 0));
	return wins.reduce((sum, count) => sum + count, 0) / (clean.length * damaged.length);
}

function falseAlarms(): BenchRow {
	const scores = languages.flatMap((language) => {
		const { texts, bits } = measured(language);
		return robustZ(texts.map(bits)) ?? [];
	});
	const share = scores.filter((z) => z > noisyFrom).length / scores.length;
	const measuredShare = `${(share * 100).toFixed(2)} % of ${scores.length} clean texts`;
	return { what: `false alarms at z > ${noisyFrom}`, measured: measuredShare, target: "≤ 2 %", ok: share <= 0.02 };
}

function speed(): BenchRow {
	const texts = languages.flatMap(seeds);
	const models = new NoiseModels(0);
	for (const [at, text] of texts.entries()) models.learn(text, at, 1);
	const start = performance.now();
	let characters = 0;
	for (let round = 0; round < 3; round += 1)
		for (const [at, text] of texts.entries()) {
			models.bitsPerCharacter(text, at);
			characters += text.length;
		}
	const perSecond = characters / (performance.now() - start) / 1_000;
	return {
		what: "scoring, one core",
		measured: `${perSecond.toFixed(2)} million characters a second`,
		target: "",
		ok: null,
	};
}
