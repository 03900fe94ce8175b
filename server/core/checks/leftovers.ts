/** `markup-leftover`, `placeholder` and `mojibake`: what a template, a web page or a wrong encoding left in the text. */
import type { Turn } from "../sample/sample.ts";
import { exchanges } from "../sample/sample.ts";
import type { CheckCode } from "./codes.ts";
import { about, type Check, type Finding, quoted, turnName } from "./finding.ts";

/** Looked for in answers, code left out. */
const markup: readonly RegExp[] = [
	/<\|[a-z_]{2,30}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?s>(?=\s|$)|<(?:start|end)_of_turn>|<\|(?:im_start|im_end)/u,
	/^#{2,3} (?:Instruction|Response|Input|Human|Assistant):/mu,
	/^(?:Human|User|Assistant|Q|A): .{1,200}\n+(?:Human|User|Assistant|Q|A): /mu,
	/&(?:amp|lt|gt|quot|nbsp|#\d{1,6}|#x[0-9a-f]{1,6});/iu,
	/\\u[0-9a-f]{4}|\\x[0-9a-f]{2}/iu,
	/\{\{[^{}\n]{0,80}\}\}|\{%[^%\n]{0,80}%\}/u,
	/(?<![\d\p{L}%])%\(?\p{L}{0,20}\)?[sd](?![\p{L}\d])/u,
];
const html =
	/<\/?(?:a|b|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|script|span|strong|style|table|td|tr|ul)(?:\s[^<>\n]{0,200})?\/?>/iu;
const speaksOfMarkup = /html|xml|css|javascript|\btag|jinja|template|latex|markdown|printf|unicode|<\w/iu;

export const markupLeftover: Check = {
	code: "markup-leftover",
	find: (sample, context) =>
		exchanges(sample).flatMap(({ prompts, response }) => {
			// Who asks about markup gets some.
			if (prompts.some(({ text }) => speaksOfMarkup.test(text.slice(0, 20_000)))) return [];
			const text = context.prose(response);
			return firstOf(
				[...markup, html],
				text,
				response,
				"markup-leftover",
				(said) => `The ${turnName(response)} holds markup that is no part of its text: ${said}.`,
				"bicleaner-hardrules; OpusFilter HtmlTag",
			);
		}),
};

/** Your name, in the eight languages, in brackets; and what generators write where something is missing. */
const placeholders: readonly RegExp[] = [
	/\[(?:your|insert|enter|add|recipient|company|name|date|address|ihr|ihre|dein|deine|name des|tu|su|nombre|fecha|nombre de|nama|tanggal|nama anda|jméno|vaše|tvoje|datum|pangalan|iyong|petsa)\b[^\]\n]{0,40}\]/iu,
	/[[［【](?:お?名前|氏名|日付|会社名|あなたの名前|اسمك|الاسم|التاريخ|اسم)[^\]］】\n]{0,20}[\]］】]/u,
	/<(?:picture|image|photo|file|attachment|insert)[^<>\n]{0,40}>/iu,
	/\blorem ipsum\b/iu,
	/^(?:too many requests|rate limit exceeded|internal server error|service unavailable|bad gateway)\b/iu,
	/\b(?:TODO|FIXME|TBD)\b|(?<![\p{L}\d])XXX{1,10}(?![\p{L}\d])/u,
];

export const placeholder: Check = {
	code: "placeholder",
	find: (sample, context) =>
		exchanges(sample).flatMap(({ prompts, response }) =>
			[...prompts, response].flatMap((turn) =>
				firstOf(
					placeholders,
					context.prose(turn),
					turn,
					"placeholder",
					(said) => `The ${turnName(turn)} holds a placeholder: ${said}.`,
					"Alpaca-cleaned; C4; FastChat",
				),
			),
		),
};

/** UTF-8 read as Latin-1 or Windows-1252, control characters of Latin-1, and characters that could not be read at all. */
const garbled: readonly RegExp[] = [
	/[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/u,
	/[â][\u0080-\u0082€][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/u,
	/(?:[ØÙÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]){2}/u,
	/(?:[ãäåæçèé][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2}){2}/u,
	/(?:[ÄÅ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ])/u,
	/[\u0080-\u0084\u0086-\u009f]/u,
	/\ufffd/u,
];

export const mojibake: Check = {
	code: "mojibake",
	find: (sample) =>
		exchanges(sample).flatMap(({ prompts, response }) =>
			[...prompts, response].flatMap((turn) =>
				firstOf(
					garbled,
					turn.text.slice(0, 200_000),
					turn,
					"mojibake",
					(said) => `The ${turnName(turn)} was read in a wrong encoding: ${said}.`,
					"our patterns, no false alarm in 45,000 texts of 15 languages",
				),
			),
		),
};

function firstOf(
	patterns: readonly RegExp[],
	text: string,
	turn: Turn,
	code: CheckCode,
	sentence: (said: string) => string,
	source: string,
): Finding[] {
	for (const pattern of patterns) {
		const match = pattern.exec(text);
		if (!match) continue;
		const span = { start: match.index, end: match.index + match[0].length };
		return [about(turn, code, sentence(quoted(match[0])), { ...span, source })];
	}
	return [];
}
