/** Phrases by which answers refuse, or speak of themselves as a product, in every language of the product. */

import type { Language } from "../languages.ts";

interface Phrases {
	/** An answer that opens so does not answer. */
	readonly refusal: readonly RegExp[];
	/** The answer calls itself a model or an assistant, names its maker, or tells when its knowledge ends. */
	readonly self: readonly RegExp[];
}

/** Languages in code order. Models refuse in English in every language, so English is asked of all. */
const table: Readonly<Record<string, Phrases>> = {
	ar: {
		refusal: [
			/(?:عذر[اً]+|أعتذر|آسف|للأسف)[^.\n]{0,40}(?:لا أستطيع|لا يمكنني|لست قادر)/u,
			/^\W{0,5}(?:لا أستطيع|لا يمكنني) (?:مساعدتك|المساعدة|تقديم|الإجابة|تلبية)/u,
		],
		self: [
			/(?:بصفتي|كوني|باعتباري|كنموذج|أنا) ?(?:مجرد )?(?:نموذج|مساعد)[اًٌ]* ?(?:لغوي|ذكاء|لغة|افتراضي|الذكاء)/u,
			/(?:آخر تحديث|حدود) (?:لمعرفتي|لمعلوماتي|معرفتي)/u,
		],
	},
	cs: {
		refusal: [
			/(?:omlouvám se|promiňte|je mi líto|bohužel)[^.\n]{0,40}(?:nemohu|nemůžu|nejsem schop)/iu,
			/^\W{0,5}(?:s tímto|s tím|na to) (?:vám |ti )?(?:nemohu|nemůžu) (?:pomoci|odpovědět)/iu,
		],
		self: [
			/jako (?:umělá inteligence|jazykový model|AI\b|model umělé inteligence)/iu,
			/jsem (?:pouze |jen )?(?:jazykový model|umělá inteligence|virtuální asistent|AI\b)/iu,
			/(?:moje|mé) (?:znalosti|informace) (?:sahají|končí|jsou omezeny)/iu,
		],
	},
	de: {
		refusal: [
			/(?:tut mir (?:sehr )?leid|entschuldigung|leider|bedaure)[^.\n]{0,40}(?:kann ich|ich kann|darf ich|bin ich)[^.\n]{0,60}(?:nicht|keine)/iu,
			/^\W{0,5}(?:dabei|damit) kann ich (?:ihnen |dir )?(?:leider )?nicht (?:helfen|dienen)/iu,
		],
		self: [
			/als (?:eine? )?(?:KI\b|künstliche Intelligenz|(?:großes )?Sprachmodell|KI-(?:Sprachmodell|Modell|Assistent))/iu,
			/ich bin (?:nur |lediglich )?(?:ein|eine) (?:KI\b|Sprachmodell|künstliche Intelligenz|virtueller Assistent|KI-)/iu,
			/mein (?:Wissen(?:sstand)?|Kenntnisstand) (?:reicht|endet|geht)/iu,
		],
	},
	en: {
		refusal: [
			/(?:i['’]?m|i am|we are|we['’]re) (?:very |really )?(?:sorry|afraid)[^.\n]{0,30}(?:can['’]?t|cannot|unable|not able|won['’]?t)/iu,
			/\b(?:i can['’]?t|i cannot|i am unable to|i['’]m unable to|i['’]m not able to|i won['’]t) (?:help|assist|fulfil|fulfill|comply|provide|answer|create|generate|do that|engage)/iu,
		],
		self: [
			/\bas an? (?:ai\b|artificial intelligence|(?:large )?language model|virtual assistant)/iu,
			/\bi(?:['’]m| am) (?:just |only )?(?:an? )?(?:ai\b|(?:large )?language model|chatgpt|virtual assistant|bard\b|claude\b|gemini\b)/iu,
			/\b(?:trained|developed|created|made) by (?:openai|google|anthropic|meta ai|mistral|cohere|alibaba)\b/iu,
			/\bknowledge cut-?off|\bas of my last (?:knowledge )?(?:update|training)|\bmy (?:training data|knowledge) (?:only )?(?:goes|ends|extends)/iu,
		],
	},
	es: {
		refusal: [
			/(?:lo siento|lamento|lamentablemente|me temo|perdón|disculp)[^.\n]{0,40}(?:no puedo|no me es posible|no estoy en condiciones)/iu,
			/^\W{0,5}no puedo (?:ayudarte|ayudarle|ayudar|proporcionar|responder|cumplir|generar)/iu,
		],
		self: [
			/como (?:una? )?(?:IA\b|inteligencia artificial|modelo de lenguaje|asistente virtual)/iu,
			/soy (?:solo |s[oó]lo |simplemente )?(?:una? )?(?:IA\b|inteligencia artificial|modelo de lenguaje|asistente virtual)/iu,
			/mi(?:s)? (?:conocimientos?|información) (?:llega|termina|se limita|alcanza)/iu,
		],
	},
	id: {
		refusal: [
			/(?:maaf|mohon maaf|sayangnya)[^.\n]{0,40}(?:tidak (?:bisa|dapat|mampu))/iu,
			/^\W{0,5}saya tidak (?:bisa|dapat) (?:membantu|memberikan|menjawab|memenuhi)/iu,
		],
		self: [
			/sebagai (?:sebuah )?(?:AI\b|kecerdasan buatan|model bahasa|asisten virtual|model AI)/iu,
			/saya (?:adalah |hanyalah )(?:sebuah )?(?:AI\b|kecerdasan buatan|model bahasa|asisten virtual)/iu,
			/(?:batas|batasan) pengetahuan saya|pengetahuan saya (?:hanya )?(?:sampai|terbatas)/iu,
		],
	},
	ja: {
		refusal: [
			/(?:申し訳|すみません|ごめんなさい|残念ながら)[^。\n]{0,40}(?:できません|できかねます|いたしかねます|お答えできま|お手伝いできま)/u,
			/^.{0,30}(?:お手伝い|お答え|ご協力|提供)(?:することは)?できません/u,
		],
		self: [
			/(?:AI|人工知能|言語モデル|AIアシスタント|AIモデル)(?:として|である私|ですので|なので)/u,
			/(?:私|わたし)は(?:、)?(?:単なる|ただの)?(?:AI|人工知能|大規模言語モデル|言語モデル|バーチャルアシスタント)/u,
			/(?:知識|学習データ)(?:の)?(?:カットオフ|は\d{4}年)/u,
		],
	},
	tl: {
		refusal: [
			/(?:paumanhin|pasensya|ikinalulungkot|sori)[^.\n]{0,50}(?:hindi ko (?:kaya|magagawa|maaar|masasagot)|hindi ako maaar|hindi kita matutulungan)/iu,
			/^\W{0,5}hindi (?:ko|kita|ako) (?:maaaring |kayang )?(?:matutulungan|makatutulong|makakatulong|magbigay|maibibigay|masasagot)/iu,
		],
		self: [
			/bilang (?:isang )?(?:AI\b|artificial intelligence|modelo ng wika|language model|katulong na AI)/iu,
			/(?:ako ay|isa lang akong|isa lamang akong) (?:isang )?(?:AI\b|modelo ng wika|language model|artificial intelligence)/iu,
			/hangganan ng (?:aking )?kaalaman/iu,
		],
	},
};

/** Whose phrases an answer in this language is searched for, in words. */
export function phraseSource({ code, name }: Pick<Language, "code" | "name">): string {
	if (code === "en") return "our phrase list of English";
	return Object.hasOwn(table, code)
		? `our phrase lists of ${name} and English`
		: `our phrase list of English; none ships for ${name}`;
}

/** Characters of an answer in which a refusal is one; further on it may be a quotation. */
const opening = 200;

/** Longer answers are searched in their beginning. */
const charactersRead = 200_000;

export interface PhraseMatch {
	readonly start: number;
	readonly end: number;
}

export function findRefusal(text: string, language: string | undefined): PhraseMatch | undefined {
	return firstMatch(text.slice(0, opening), language, "refusal");
}

export function findSelfIdentification(text: string, language: string | undefined): PhraseMatch | undefined {
	return firstMatch(text.slice(0, charactersRead), language, "self");
}

function firstMatch(text: string, language: string | undefined, kind: keyof Phrases): PhraseMatch | undefined {
	const asked = new Set([language ?? "en", "en"]);
	for (const code of asked) {
		for (const pattern of table[code]?.[kind] ?? []) {
			const match = pattern.exec(text);
			if (match) return { start: match.index, end: match.index + match[0].length };
		}
	}
	return undefined;
}
