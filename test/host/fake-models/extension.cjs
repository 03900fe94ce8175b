// Canned language models of the editor: one that answers word by word, one that is always at its limit, one to refuse.
const vscode = require("vscode");

const model = (id, name) => ({
	id,
	name,
	family: `${id}-family`,
	version: "1",
	maxInputTokens: 8000,
	maxOutputTokens: 2000,
	capabilities: {},
});

const textOf = ({ content }) => content.map(({ value = "" }) => value).join("");

const provider = {
	provideLanguageModelChatInformation: async () => [
		model("polite", "Fake Polite"),
		model("tired", "Fake Tired"),
		model("unwanted", "Fake Unwanted"),
	],
	async provideLanguageModelChatResponse({ id }, messages, _options, progress, token) {
		if (id === "tired") {
			const limit = new Error("You have exceeded your quota.");
			limit.name = "ChatQuotaExceeded";
			throw limit;
		}
		const asked = textOf(messages.at(-1));
		const answer = `Gern: hier ist eine Antwort auf die Frage mit ${asked.length} Zeichen, in ganzen deutschen Sätzen geschrieben.`;
		for (const word of answer.split(/(?<= )/)) {
			if (token.isCancellationRequested) return;
			progress.report(new vscode.LanguageModelTextPart(word));
		}
	},
	provideTokenCount: async (_, text) => Math.ceil((typeof text === "string" ? text : textOf(text)).length / 4),
};

exports.activate = (context) => {
	context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider("fake", provider));
};
