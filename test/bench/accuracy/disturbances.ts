/** What a good answer may hold besides its language: each is written into the text, and none makes it another language. */

export type Disturb = (text: string) => string;

const code = [
	"def read_lines(path):",
	"    with open(path) as source:",
	"        return [line.strip() for line in source if line]",
	"",
	"for line in read_lines('input.txt'):",
	"    print(line.lower(), len(line))",
].join("\n");

export const disturbances: Readonly<Record<string, Disturb>> = {
	"fenced code": (text) => `${text}\n\n\`\`\`python\n${code}\n\`\`\`\n`,
	"code without a fence": (text) => `${text}\n\n${code}\n`,
	"an address": (text) =>
		`${text} https://www.example.org/articles/2024/how-to-read-a-very-long-address?source=newsletter&campaign=autumn (www.example.com/download/latest)`,
	"a formula": (text) =>
		`${text}\n$$\\int_a^b f(x)\\,dx = \\lim_{n \\to \\infty} \\sum_{k=1}^{n} f(x_k)\\,\\Delta x$$\n\\(\\mathrm{speed} = \\frac{\\mathrm{distance}}{\\mathrm{time}}\\)`,
	markup: (text) => `<div class="answer main"><p>${text}</p><br/><a href="https://example.org/more">1</a></div>`,
	"English names": (text) => `${text} (Microsoft Visual Studio, United Nations, San Francisco, Apple Music)`,
	"an English quotation": (text) => `${text} "The quick brown fox jumps over the lazy dog near the river bank."`,
};
