import assert from "node:assert/strict";
import { test } from "node:test";
import type { Detectors } from "../../../server/core/language-id/detector.ts";
import { findMixed } from "../../../server/core/language-id/find-mixed.ts";
import { judgeLanguage } from "../../../server/core/language-id/judge-language.ts";
import { maskCode, maskNonLanguage } from "../../../server/core/language-id/mask.ts";
import { scriptProfile } from "../../../server/core/language-id/script-profile.ts";
import { findLanguage, type Language, readLanguage } from "../../../server/core/languages.ts";
import { defaultOptions } from "../checks/annotations.ts";
import { seedAt, seedsIn, type TestLanguage, testLanguages } from "../checks/practice-seeds.ts";

const all = defaultOptions.detectors;
const withoutModel: Detectors = all.cld3 ? { franc: all.franc, cld3: all.cld3 } : { franc: all.franc };

function languageOf(code: string): Language {
	const language = findLanguage(code);
	assert.ok(language, code);
	return language;
}

function stateOf(text: string, language: string, detectors = all): string {
	return judgeLanguage(maskNonLanguage(text), languageOf(language), detectors).state;
}

/** Share of all pairs of languages whose answer is called a mismatch. */
function recall(detectors: Detectors): number {
	let found = 0;
	let asked = 0;
	for (const language of testLanguages) {
		for (const other of testLanguages) {
			if (other === language) continue;
			for (let index = 0; index < 120; index += 12) {
				asked += 1;
				if (stateOf(seedAt(other, index).response, language, detectors) === "mismatch") found += 1;
			}
		}
	}
	return found / asked;
}

test("answers in another of the eight languages are found", () => assert.ok(recall(all) >= 0.99, String(recall(all))));
test("most are found without fastText's model as well", () =>
	assert.ok(recall(withoutModel) >= 0.95, String(recall(withoutModel))));

for (const language of testLanguages) {
	test(`no good text in ${language} is called another language, with or without the model`, () => {
		for (const { prompt, response } of seedsIn(language)) {
			for (const detectors of [all, withoutModel]) {
				for (const text of [prompt, response]) assert.notEqual(stateOf(text, language, detectors), "mismatch", text);
			}
		}
	});
}

test("a short text is undetermined, not wrong", () => {
	assert.equal(stateOf("Yes, of course.", "de"), "undetermined");
	assert.equal(stateOf("42", "ja"), "undetermined");
});

test("neighbours that no detector separates count as the language", () => {
	const malay =
		"Kerajaan telah mengumumkan bahawa semua pelajar boleh menggunakan kemudahan perpustakaan awam secara percuma mulai bulan hadapan.";
	assert.equal(stateOf(malay, "id"), "match");
});

test("neighbours that detectors do separate are found", () => {
	const slovak =
		"Vláda oznámila, že všetci študenti budú môcť od budúceho mesiaca používať verejné knižnice zadarmo, čo mnohých potešilo.";
	const portuguese =
		"O governo anunciou que todos os estudantes poderão usar as bibliotecas públicas de graça a partir do próximo mês, o que não agradou a ninguém.";
	const chinese = "政府宣布从下个月开始所有学生都可以免费使用公共图书馆，许多人对此表示欢迎。";
	assert.equal(stateOf(slovak, "cs"), "mismatch");
	assert.equal(stateOf(portuguese, "es"), "mismatch");
	assert.equal(stateOf(chinese, "ja"), "mismatch");
});

function checkMixed(own: TestLanguage, other: TestLanguage): void {
	const [first, second] = [seedAt(own, 5).response, seedAt(other, 6).response];
	const span = findMixed(maskNonLanguage(`${first} ${second}`), languageOf(own), all);
	assert.ok(span, `${own} then ${other}`);
	// The span covers most of the foreign half and little of the other.
	const inside = Math.min(span.end, first.length + 1 + second.length) - Math.max(span.start, first.length + 1);
	assert.ok(inside > 0.6 * second.length, `${inside} of ${second.length}`);
	assert.ok(first.length - span.start < 80, `starts ${first.length - span.start} before the change`);
}

test("the span of an answer that changes language halfway is found", () => {
	for (const own of ["cs", "de", "es", "id", "tl", "en"] as const) {
		for (const other of ["cs", "de", "es", "id", "tl", "en"] as const) if (own !== other) checkMixed(own, other);
	}
	for (const own of ["ar", "ja"] as const) checkMixed(own, "en");
});

test("what an answer only mentions is no change of language", () => {
	const list =
		"東京都、大阪府、京都府、北海道、神奈川県、埼玉県、千葉県、愛知県、兵庫県、福岡県、静岡県、茨城県、広島県";
	for (const language of testLanguages) {
		const text = seedAt(language, 5).response;
		const mentions = [
			"(Microsoft Visual Studio, United Nations, San Francisco, Apple Music)",
			'"The quick brown fox jumps over the lazy dog near the river bank."',
			...(language === "ja" ? [list] : []),
		];
		for (const mention of mentions)
			assert.equal(findMixed(maskNonLanguage(`${text}\n${mention}`), languageOf(language), all), undefined, mention);
	}
});

test("Chinese and Korean stretches of a Japanese answer are found by their letters", () => {
	const { response } = seedAt("ja", 5);
	const chinese = "政府宣布从下个月开始所有学生都可以免费使用公共图书馆，许多人对此表示欢迎，他们说这是一个好消息。";
	const korean = "정부는 다음 달부터 모든 학생이 공공 도서관을 무료로 이용할 수 있다고 발표했습니다.";
	for (const [foreign, name] of [
		[chinese, /Chinese/],
		[korean, /Hangul/],
	] as const) {
		const span = findMixed(maskNonLanguage(`${response}\n${foreign}`), languageOf("ja"), all);
		assert.match(span?.instead ?? "", name);
		assert.ok((span?.start ?? 0) > response.length);
	}
});

test("masking keeps offsets and line breaks, and blanks what is no language", () => {
	const text =
		'Siehe `x_y` und\n```js\nlet a = 1;\n```\nhttps://a.b/c?d=e $a_b^2$ foo.bar@baz.de <b class="x">Ende</b> camelCase 12 Mäuse';
	const masked = maskNonLanguage(text);
	assert.equal(masked.length, text.length);
	assert.equal(masked.split("\n").length, text.split("\n").length);
	assert.deepEqual(masked.match(/\p{L}+/gu), ["Siehe", "und", "Ende", "Mäuse"]);
});

test("prose that looks a little like code stays", () => {
	for (const text of [
		"Primero, lave el arroz; luego, cuézalo a fuego lento;",
		"Kostet $5 oder $10, je nach Größe (siehe unten).",
		"Er/sie kann z.B. am 3.5. kommen; und/oder später.",
		"for example, this is not code at all",
		"- return the key\n- import duties may apply",
	]) {
		assert.equal(maskCode(text), text);
		assert.equal(maskNonLanguage(text).match(/\p{L}/gu)?.length, text.match(/\p{L}/gu)?.length, text);
	}
});

test("unfenced code is blanked", () => {
	const code = "def main():\n    for x in range(3):\n        print(x)\n    return None";
	assert.equal(maskCode(code).match(/\p{L}/gu), null);
});

test("scripts are counted by letter, a Han or kana letter as two", () => {
	assert.deepEqual([...scriptProfile("abc дё 漢字かな 123 ́").byScript].sort(), [
		["Cyrillic", 2],
		["Han", 4],
		["Hiragana", 4],
		["Latin", 3],
	]);
});

test("a row's language is read in every common spelling", () => {
	for (const label of ["de", "DE", "de-AT", "deu", "deu_Latn", "German", " german "])
		assert.equal(readLanguage(label)?.code, "de", label);
	assert.equal(readLanguage("fil")?.code, "tl");
	for (const [label, code] of Object.entries({ ms: "ms", zsm: "ms", "zh-Hant": "zh", fas_Arab: "fa", Polish: "pl" }))
		assert.equal(readLanguage(label)?.code, code);
	for (const label of [null, "", "xx", "__proto__", "constructor"]) assert.equal(readLanguage(label), undefined);
});
