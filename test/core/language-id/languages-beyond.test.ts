import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { francAll } from "franc";
import type { Detectors } from "../../../server/core/language-id/detector.ts";
import { readFastTextModel } from "../../../server/core/language-id/fasttext-model.ts";
import { judgeLanguage } from "../../../server/core/language-id/judge-language.ts";
import { knownScripts } from "../../../server/core/language-id/script-profile.ts";
import { isKnownToFastText } from "../../../server/core/language-id/who-knows.ts";
import { languages, languagesBeyond, readLanguage } from "../../../server/core/languages.ts";
import { codesOf, defaultOptions } from "../checks/annotations.ts";

const all = defaultOptions.detectors;
const withoutModel: Detectors = { franc: all.franc, ...(all.cld3 ? { cld3: all.cld3 } : {}) };

/** One everyday text a language, 60 letters and more. */
const texts: Readonly<Record<string, string>> = {
	bn: "গতকাল সন্ধ্যায় আমরা নদীর ধারে হাঁটতে গিয়েছিলাম, আর ফেরার পথে বাজার থেকে কিছু সবজি কিনে এনেছি। রান্নাটা মা করেছিলেন।",
	el: "Χθες το βράδυ περπατήσαμε δίπλα στο ποτάμι και στον γυρισμό αγοράσαμε λίγα λαχανικά από την αγορά για το βραδινό.",
	fa: "دیروز عصر کنار رودخانه قدم زدیم و در راه برگشت کمی سبزی از بازار خریدیم تا مادرم برای شام غذا درست کند.",
	fr: "Hier soir, nous avons marché au bord de la rivière, et sur le chemin du retour nous avons acheté des légumes au marché.",
	ha: "Jiya da yamma mun yi tafiya a gefen kogi, kuma a hanyar dawowa mun sayi kayan lambu a kasuwa domin mahaifiyarmu ta dafa abinci.",
	hi: "कल शाम हम नदी के किनारे टहलने गए थे और लौटते समय बाज़ार से कुछ सब्ज़ियाँ ख़रीद लाए, जिनसे माँ ने खाना बनाया।",
	ko: "어제 저녁에 우리는 강가를 따라 걸었고, 돌아오는 길에 시장에서 채소를 조금 샀습니다. 어머니가 그것으로 저녁을 만드셨습니다.",
	pl: "Wczoraj wieczorem spacerowaliśmy nad rzeką, a w drodze powrotnej kupiliśmy na targu trochę warzyw, z których mama ugotowała zupę.",
	pt: "Ontem à noite caminhamos à beira do rio e, na volta, compramos alguns legumes na feira, com os quais a minha mãe fez uma sopa.",
	ru: "Вчера вечером мы гуляли у реки, а на обратном пути купили на рынке немного овощей, из которых мама сварила суп.",
	sk: "Včera večer sme sa prechádzali pri rieke a cestou späť sme na trhu kúpili trochu zeleniny, z ktorej mama uvarila polievku.",
	sw: "Jana jioni tulitembea kando ya mto, na tulipokuwa tukirudi nyumbani tulinunua mboga sokoni ambazo mama alizipika kwa chakula cha jioni.",
	ta: "நேற்று மாலை நாங்கள் ஆற்றங்கரையில் நடந்து சென்றோம், திரும்பி வரும் வழியில் சந்தையில் சில காய்கறிகள் வாங்கினோம்.",
	th: "เมื่อวานตอนเย็นเราเดินเล่นริมแม่น้ำ และระหว่างทางกลับบ้านเราซื้อผักจากตลาดมาให้แม่ทำแกงเป็นอาหารเย็น",
	tr: "Dün akşam nehir kenarında yürüdük, dönüş yolunda da pazardan biraz sebze aldık; annem onlarla güzel bir çorba pişirdi.",
	uk: "Учора ввечері ми гуляли біля річки, а дорогою додому купили на ринку трохи овочів, з яких мама зварила юшку.",
	vi: "Tối hôm qua chúng tôi đi dạo bên bờ sông, và trên đường về chúng tôi mua một ít rau ở chợ để mẹ nấu canh cho bữa tối.",
	zh: "昨天晚上我们沿着河边散步，回来的路上在市场买了一些蔬菜，妈妈用它们做了一锅汤，大家都吃得很高兴。",
	zu: "Izolo kusihlwa sihambe eceleni komfula, kwathi sesibuyela ekhaya sathenga imifino emakethe ukuze umama apheke ukudla kwakusihlwa.",
};

const stateOf = (text: string, code: string, detectors: Detectors) => {
	const language = readLanguage(code);
	assert.ok(language, code);
	return judgeLanguage(text, language, detectors).state;
};

/** What each is easily taken for, else English. */
const neighbours: Readonly<Record<string, string>> = {
	...{ pl: "cs", pt: "es", uk: "ru", ru: "uk", sk: "cs", fa: "ar", vi: "id", zh: "ja", fr: "es", hi: "ne" },
	...{ sw: "zu", zu: "sw", ha: "yo" },
};

for (const [code, text] of Object.entries(texts)) {
	test(`${code} is known by its own texts, and without fastText's model not mistaken`, () => {
		assert.equal(stateOf(text, code, all), "match");
		// Some scripts write vowels as marks, so that fewer letters are left than franc needs.
		assert.notEqual(stateOf(text, code, withoutModel), "mismatch");
		assert.ok(!codesOf({ language: code, prompt: text, response: text }).some((one) => /language|script/.test(one)));
	});
	test(`${code} is not taken for ${neighbours[code] ?? "en"}`, () => {
		assert.equal(stateOf(text, neighbours[code] ?? "en", all), "mismatch");
		const codes = codesOf({ language: neighbours[code] ?? "en", prompt: "…", response: text });
		assert.ok(codes.includes("language-mismatch"), String(codes));
	});
}

test("each language has scripts that are told apart, and franc knows it and all it is mistaken for", () => {
	const french = texts.fr ?? "";
	for (const { code, iso3, scripts, confusables } of [...languages, ...languagesBeyond]) {
		for (const script of scripts) assert.ok((knownScripts as readonly string[]).includes(script), `${code} ${script}`);
		if (scripts.join() !== "Latin") continue;
		// Asked about one language alone, franc names it whatever the text, or nothing where it does not know it.
		for (const one of [iso3, ...confusables]) {
			const [best] = francAll(french, { only: [one] });
			assert.equal(best?.[0], one, `${code} ${one}`);
		}
	}
});

test("fastText's model has a label for every language it is asked about", async () => {
	const model = new URL("../../../media/language-id/lid.176.ftz", import.meta.url);
	const labels = new Set(readFastTextModel(await readFile(model)).labels);
	for (const language of [...languages, ...languagesBeyond])
		if (isKnownToFastText(language)) assert.ok(labels.has(language.code), language.code);
});

test("no two languages share a code", () => {
	const codes = [...languages, ...languagesBeyond].flatMap(({ code, iso3 }) => (code === iso3 ? [code] : [code, iso3]));
	assert.equal(new Set(codes).size, codes.length);
});
