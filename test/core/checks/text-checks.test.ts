import assert from "node:assert/strict";
import { test } from "node:test";
import { annotateAll, codesOf } from "./annotations.ts";
import { type Seed, seedAt, seedsIn, type TestLanguage, testLanguages } from "./practice-seeds.ts";

type Damage = (seed: Seed, language: TestLanguage) => object;

/** In every language: the damaged sample has the code, the sample as it was has none. */
function check(code: string, damage: Damage): void {
	for (const language of testLanguages) {
		test(`${code} finds it in ${language} and leaves the good sample alone`, () => {
			for (const index of [0, 7]) {
				const seed = seedAt(language, index);
				assert.deepEqual(codesOf(seed), []);
				const codes = codesOf({ ...seed, ...damage(seed, language) });
				assert.ok(codes.includes(code), `${code} not in [${codes}]`);
			}
		});
	}
}

/** These rows must not have the code. */
function pass(code: string, rows: readonly object[]): void {
	test(`${code} leaves alone what only looks like it`, () => {
		for (const row of rows) assert.ok(!codesOf(row).includes(code), JSON.stringify(row));
	});
}

const refusals: Readonly<Record<TestLanguage, string>> = {
	ar: "عذراً، لا أستطيع المساعدة في هذا الطلب.",
	cs: "Omlouvám se, ale s tímto požadavkem vám nemohu pomoci.",
	de: "Es tut mir leid, aber dabei kann ich dir leider nicht helfen.",
	en: "I'm sorry, but I can't help with that request.",
	es: "Lo siento, pero no puedo ayudarte con esa petición.",
	id: "Maaf, saya tidak bisa membantu permintaan tersebut.",
	ja: "申し訳ありませんが、そのご依頼にはお答えできません。",
	tl: "Paumanhin, ngunit hindi ko magagawa ang hinihiling mo.",
};
const selves: Readonly<Record<TestLanguage, string>> = {
	ar: "بصفتي نموذج لغوي، لا أملك آراء شخصية في هذا الموضوع.",
	cs: "Jako jazykový model nemám na tuto věc vlastní názor.",
	de: "Als KI-Sprachmodell habe ich dazu keine eigene Meinung.",
	en: "As an AI language model, I have no opinion of my own about it.",
	es: "Como modelo de lenguaje no tengo opinión propia sobre esto.",
	id: "Sebagai model bahasa, saya tidak punya pendapat sendiri tentang hal ini.",
	ja: "AIとして、この件について自分の意見は持っていません。",
	tl: "Bilang isang AI, wala akong sariling opinyon tungkol dito.",
};
/** UTF-8 bytes of a text read as Latin-1. */
const garble = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const accented: Readonly<Record<TestLanguage, string>> = {
	ar: "السماء",
	cs: "žluťoučký kůň",
	de: "Äpfel über Öl",
	en: "a naïve café",
	es: "mañana señor",
	id: "café résumé",
	ja: "空は青い",
	tl: "piñata jalapeño",
};

check("refusal", (_, language) => ({ response: refusals[language] }));
check("refusal", () => ({ response: refusals.en }));
check("self-identification", ({ response }, language) => ({ response: `${selves[language]} ${response}` }));
check("truncated", () => ({ finish_reason: "length" }));
check("truncated", ({ response }) => ({ provenance: { finishReason: "MAX_TOKENS" }, response }));
check("truncated", ({ response }) => ({ response: `${response}\n\`\`\`\nx = 1` }));
check("think-tags", ({ response }) => ({ response: `<think></think>${response}` }));
check("think-tags", ({ response }) => ({ response: `<think>${response}` }));
check("markup-leftover", ({ response }) => ({ response: `${response}<|im_end|>` }));
check("markup-leftover", ({ response }) => ({ response: `<p>${response}</p>` }));
check("markup-leftover", ({ response }) => ({ response: `${response} Tom &amp; Eva` }));
check("placeholder", ({ response }) => ({ response: `${response} [Your Name]` }));
check("placeholder", ({ prompt }) => ({ prompt: `${prompt} <Picture Attached>` }));
check("mojibake", ({ response }, language) => ({ response: `${response} ${garble(accented[language])}` }));
check("mojibake", ({ response }) => ({ response: response.replace(" ", "\ufffd ").replace("。", "\ufffd") }));
check("pii", ({ response }) => ({ response: `${response} maria.k82@posteo.net` }));
check("pii", ({ response }) => ({ response: `${response} 4111 1111 1111 1111` }));
check("pii", ({ response }) => ({ response: `${response} DE89 3704 0044 0532 0130 00` }));
check("secret", ({ response }) => ({ response: `${response} ghp_${"a1B2".repeat(9)}` }));
check("alphabet-ratio", () => ({ response: "?!*#".repeat(20) }));
check("symbol-ratio", () => ({ response: `${"1234567890".repeat(8)} ok.` }));
check("too-short", () => ({ response: "1." }));
check("too-long", ({ response }) => ({
	response: Array.from({ length: 700 }, (_, index) => `${index} ${response}`).join("\n"),
}));
check("list-shape", ({ response }) => ({
	response: `1. ${response}\n2. ${response.slice(0, 30)}\n4. ${response.slice(5, 50)}`,
}));
check("instruction-shape", ({ prompt }) => ({ prompt: `${prompt.replace(/[?？؟。.]$/u, "")}:` }));
check("instruction-shape", ({ prompt }) => ({ prompt: `, ${prompt}` }));

for (const language of testLanguages) {
	const from = language === "en" ? "de" : "en";
	const translation = (index: number) => ({
		language,
		strategy: "translate",
		seed_language: from,
		prompt_input: seedAt(from, index).prompt,
		response_input: seedAt(from, index).response,
		prompt: seedAt(language, index).prompt,
		response: seedAt(language, index).response,
	});
	test(`good translations into ${language} pass the checks of translations`, () => {
		for (let index = 0; index < 120; index += 1) assert.deepEqual(codesOf(translation(index)), [], String(index));
	});
	test(`source-leakage, number-mismatch and length-ratio find bad translations into ${language}`, () => {
		assert.ok(codesOf({ ...translation(0), response: seedAt(from, 0).response }).includes("source-leakage"));
		assert.ok(
			codesOf({
				...translation(1),
				response_input: "72, 180, 10:45, 13:15",
				response: `${seedAt(language, 0).response}`,
			}).includes("number-mismatch"),
		);
		assert.ok(
			codesOf({ ...translation(0), response_input: `${seedAt(from, 0).response} `.repeat(5) }).includes("length-ratio"),
		);
	});
	if (language !== "ja") {
		test(`unwanted-cjk finds a Chinese stretch in ${language}`, () => {
			const seed = seedAt(language, 0);
			assert.ok(
				codesOf({ ...seed, response: `${seed.response} 这是一个完全不同的句子，与问题无关。` }).includes(
					"unwanted-cjk",
				),
			);
		});
	}
	test(`stop-words finds a long list of other words in ${language}`, () => {
		const all = seedsIn(language)
			.map(({ response }) => response)
			.join(" ");
		const long = language === "ja" ? /\p{Script=Han}{2,3}/gu : language === "id" ? /\p{L}{9,}/gu : /\p{L}{6,}/gu;
		const words = [...new Set(all.match(long))].slice(0, 90);
		assert.equal(words.length, 90);
		const listed = language === "ja" ? `${words.join("・")}ください` : words.join(", ");
		assert.ok(codesOf({ ...seedAt(language, 0), response: listed }).includes("stop-words"), listed);
	});
}

const { prompt, response } = seedAt("de", 0);
pass("refusal", [
	{
		language: "de",
		prompt,
		response: `${response} ${response} Und dann sagte er: Es tut mir leid, das kann ich nicht. ${response}`.slice(200),
	},
	{ language: "en", prompt, response: "She was sorry that she could not come, so she sent flowers instead." },
]);
pass("self-identification", [
	{ language: "en", prompt, response: "OpenAI published a paper; the authors treat AI as an assistant." },
]);
pass("truncated", [
	{ language: "de", prompt, response: `${response}\n- Mehl\n- Zucker` },
	{ language: "de", prompt, response: `${response.replace(/\.$/, "")}`, finish_reason: "stop" },
	{ language: "ja", prompt, response: "はい、そうです" },
]);
pass("markup-leftover", [
	{ language: "de", prompt: "Wie schreibe ich einen Absatz in HTML?", response: "Mit <p>Text</p>." },
	{ language: "de", prompt, response: "So geht es:\n```html\n<p>Text</p>\n```" },
	{ language: "de", prompt, response: "50 % der Leute, also 3 < 5 und a > b." },
]);
pass("placeholder", [
	{ language: "en", prompt, response: "The list [1, 2, 3] and the range [a, b] are given; see [1]." },
]);
pass("mojibake", [
	{ language: "es", prompt, response: "¡Ñandú, año, über, Ångström, NÃO, Øresund, Ærø!" },
	{ language: "ar", prompt, response: seedAt("ar", 3).response },
]);
pass("pii", [
	{
		language: "de",
		prompt,
		response: "Schreib an name@example.com; der Server 192.168.0.1 läuft mit Version 1.2.3.4 seit 2024-11-25.",
	},
	{ language: "de", prompt, response: "Die Zahl 1234 5678 9012 3456 ist erfunden." },
]);
pass("list-shape", [
	{ language: "de", prompt, response: "1. a\n1. b\n1. c" },
	{ language: "de", prompt, response: "1. a\n2. b\n\nDann:\n1. c\n2. d\n3. e" },
]);
pass("instruction-shape", [{ language: "es", prompt: "¿Qué es esto?", response }]);

test("a secret is never repeated in its finding", () => {
	const key = `sk-proj-${"a1B2c3".repeat(6)}`;
	const text = JSON.stringify(
		annotateAll([JSON.stringify({ language: "de", prompt, response: `${response} ${key}` })]),
	);
	assert.ok(text.includes("secret") && !text.includes(key.slice(8)));
});

test("findings underline what they are about", () => {
	const text = `${response} ${refusals.en} maria.k82@posteo.net`;
	const findings = annotateAll([JSON.stringify({ language: "de", prompt, response: text })]).flat();
	const mail = findings.find(({ code }) => code === "pii");
	assert.equal(text.slice(mail?.start ?? 0, mail?.end ?? 0), "maria.k82@posteo.net");
});
