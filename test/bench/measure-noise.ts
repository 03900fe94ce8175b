/** What the offline noise score sees: each kind of damage apart, among the practice seeds of eight languages. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { sampled, seededRandom, shuffled } from "../../server/core/generate/seeded-random.ts";
import { CharacterModel } from "../../server/core/measure/character-model.ts";
import { learntCharacters, NoiseModels, noisyFrom, robustZ } from "../../server/core/measure/noise-score.ts";
import { type OpenTexts, openTexts } from "./accuracy/open-texts.ts";
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
	"another language": (_text, _random, at, language) => {
		const texts = seeds(other[language] ?? "en");
		return texts[at % texts.length] ?? "";
	},
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
	const rows = [
		...headline("AUC with the file in the model", [domainOf("seeds", trialOnSeeds)], 0.97),
		...foreignRows(),
		falseAlarms(),
		speed(),
	];
	const name = "noise score: practice seeds (120 a language, responses only), and paragraphs of another domain";
	return { name, rows };
}

/** What a language's models learn from, and the texts they are tried on; null learns from the texts, cross-fitted. */
interface Trial {
	readonly learnt: readonly string[] | null;
	readonly texts: readonly string[];
}

const trialOnSeeds = (language: string): Trial => ({ learnt: null, texts: seeds(language) });

interface Domain {
	readonly mean: number;
	/** One row a kind of damage. */
	readonly rows: readonly BenchRow[];
}

function domainOf(name: string, trialOf: (language: string) => Trial): Domain {
	const trials = languages.map((language) => ({ language, ...trialOf(language) }));
	const kinds = Object.entries(damages).map(([kind, damage]) => {
		const areas = trials.map((trial) => areaUnderCurve(trial, damage));
		const each = trials.map(({ language }, at) => `${language} ${(areas[at] ?? 0).toFixed(2)}`).join(", ");
		return { kind, each, mean: areas.reduce((sum, area) => sum + area, 0) / areas.length };
	});
	const mean = kinds.reduce((sum, kind) => sum + kind.mean, 0) / kinds.length;
	const rows = kinds.map(({ kind, each, mean: own }) => {
		return { what: `    ${kind}`, measured: `${own.toFixed(3)} (${each})`, target: "", ok: null };
	});
	return { mean, rows: [{ what: `  ${name}`, measured: mean.toFixed(3), target: "", ok: null }, ...rows] };
}

function headline(what: string, domains: readonly Domain[], target: number): BenchRow[] {
	const mean = domains.reduce((sum, one) => sum + one.mean, 0) / domains.length;
	const row = { what, measured: mean.toFixed(3), target: `≥ ${target.toFixed(2)}`, ok: mean >= target };
	return [row, ...domains.flatMap(({ rows }) => rows)];
}

const manuals = "manuals and the Declaration of Human Rights";

/** Learnt from one domain and tried on another, both ways. */
function foreignRows(): BenchRow[] {
	let open: OpenTexts;
	try {
		open = openTexts();
	} catch (cause) {
		return [{ what: "AUC on a foreign domain", measured: `not run: ${String(cause)}`, target: "≥ 0.90", ok: null }];
	}
	const paragraphs = (language: string) => sampled(open.get(language) ?? [], 300, seededRandom(`foreign ${language}`));
	const onManuals = domainOf(`${manuals}, learnt from seeds (some 30,000 characters a language)`, (language) => {
		return { learnt: seeds(language), texts: paragraphs(language) };
	});
	const onSeeds = domainOf(`seeds, learnt from ${manuals}`, (language) => {
		return { learnt: open.get(language) ?? [], texts: seeds(language) };
	});
	const within = domainOf(manuals, (language) => ({ learnt: null, texts: paragraphs(language) }));
	return [
		...headline("AUC on a foreign domain, mean of both ways", [onManuals, onSeeds], 0.9),
		...headline("AUC on that domain with the file in the model", [within], 0.97),
	];
}

/** The bits of a text by models that did not learn it. */
function bitsBy({ learnt, texts }: Trial): (text: string, at: number) => number {
	if (learnt) {
		const model = new CharacterModel();
		for (const text of learnt) if (model.characters < learntCharacters / 2) model.learn(text);
		return (text) => model.bitsPerCharacter(text) ?? Number.NaN;
	}
	const models = new NoiseModels(0);
	for (const [at, text] of texts.entries()) models.learn(text, at, 1);
	return (text, at) => models.bitsPerCharacter(text, at) ?? Number.NaN;
}

/** Chance that a damaged text costs more than a clean one. */
function areaUnderCurve({ language, ...trial }: Trial & { readonly language: string }, damage: Damage): number {
	const { texts } = trial;
	const bits = bitsBy(trial);
	const random = seededRandom(`damage ${language}`);
	const clean = texts.map(bits);
	const damaged = texts.map((text, at) => bits(damage(text, random, at, language), at));
	const wins = damaged.map((bad) => clean.reduce((sum, good) => sum + (bad > good ? 1 : bad === good ? 0.5 : 0), 0));
	return wins.reduce((sum, count) => sum + count, 0) / (clean.length * damaged.length);
}

function falseAlarms(): BenchRow {
	const scores = languages.flatMap((language) => {
		const texts = seeds(language);
		return robustZ(texts.map(bitsBy({ learnt: null, texts }))) ?? [];
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
