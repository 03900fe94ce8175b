/**
 * Every option of a training run that a form shows, with what holds when it is left empty: by itself, and under the
 * preset `paper-2026` (trainer.md §5). One table, so that form, spec and words cannot drift apart.
 */

export type FieldKind =
	| { readonly type: "number" }
	| { readonly type: "whole" }
	| { readonly type: "flag" }
	| { readonly type: "names" }
	| { readonly type: "choice"; readonly values: readonly string[] };

export interface TrainField {
	/** JSON pointer into the spec. */
	readonly path: string;
	readonly label: string;
	readonly section: string;
	readonly kind: FieldKind;
	/** What holds where nothing is chosen, in words. */
	readonly standard: string;
	/** The same under the preset, where it differs. */
	readonly paper?: string;
	/** The practice trainer heeds it; its own default in words. */
	readonly practice?: string;
	readonly hint?: string;
}

const number = { type: "number" } as const;
const whole = { type: "whole" } as const;
const flag = { type: "flag" } as const;
const choice = (...values: string[]) => ({ type: "choice", values }) as const;

/** Which optimiser, precision and so on are always the trainer's to refuse; ranges are the spec schema's. */
export const trainFields: readonly TrainField[] = [
	{
		path: "/data/lossOn",
		label: "Loss on",
		section: "Data",
		kind: choice("assistant", "all"),
		standard: "assistant",
		paper: "all",
		practice: "assistant",
		hint: "assistant: answers and their end-of-turn alone; all: prompts too, as the paper",
	},
	{
		path: "/data/maxLength",
		label: "Longest row",
		section: "Data",
		kind: whole,
		standard: "2048",
		paper: "16384",
		hint: "tokens",
	},
	{
		path: "/data/overflow",
		label: "Rows that are longer",
		section: "Data",
		kind: choice("error", "drop", "truncate"),
		standard: "error",
		paper: "truncate",
	},
	{
		path: "/data/packing",
		label: "Packing",
		section: "Data",
		kind: flag,
		standard: "no",
		hint: "only where the trainer has FlashAttention",
	},
	{
		path: "/train/epochs",
		label: "Epochs",
		section: "Recipe",
		kind: number,
		standard: "1",
		paper: "2",
		practice: "1",
	},
	{
		path: "/train/maxSteps",
		label: "Steps instead of epochs",
		section: "Recipe",
		kind: whole,
		standard: "as the epochs say",
		practice: "as the epochs say",
	},
	{ path: "/train/learningRate", label: "Learning rate", section: "Recipe", kind: number, standard: "5e-5" },
	{
		path: "/train/scheduler",
		label: "Schedule",
		section: "Recipe",
		kind: choice("linear", "cosine", "constant"),
		standard: "linear",
	},
	{ path: "/train/warmupSteps", label: "Warm-up", section: "Recipe", kind: whole, standard: "5", hint: "steps" },
	{
		path: "/train/batchSize",
		label: "Batch per device",
		section: "Recipe",
		kind: whole,
		standard: "2",
		practice: "a sixtieth of the rows",
		hint: "rows",
	},
	{
		path: "/train/gradAccum",
		label: "Gradient accumulation",
		section: "Recipe",
		kind: whole,
		standard: "4",
		practice: "1",
		hint: "batches",
	},
	{ path: "/train/weightDecay", label: "Weight decay", section: "Recipe", kind: number, standard: "0.001" },
	{ path: "/train/maxGradNorm", label: "Gradient clipping", section: "Recipe", kind: number, standard: "1.0" },
	{
		path: "/train/optimizer",
		label: "Optimiser",
		section: "Recipe",
		kind: choice("adamw_torch", "adamw_8bit"),
		standard: "adamw_torch",
		paper: "adamw_8bit",
	},
	{
		path: "/train/precision",
		label: "Precision",
		section: "Recipe",
		kind: choice("bf16-mixed", "bf16", "fp32"),
		standard: "bf16-mixed; fp32 without a GPU",
		paper: "bf16",
	},
	{
		path: "/train/gradientCheckpointing",
		label: "Gradient checkpointing",
		section: "Recipe",
		kind: flag,
		standard: "yes",
	},
	{
		path: "/train/lossType",
		label: "Loss computed",
		section: "Recipe",
		kind: choice("nll", "chunked_nll"),
		standard: "nll",
	},
	{ path: "/train/seed", label: "Seed", section: "Recipe", kind: whole, standard: "3407", practice: "3407" },
	{ path: "/lora/r", label: "LoRA rank", section: "Adapter", kind: whole, standard: "16" },
	{ path: "/lora/alpha", label: "LoRA alpha", section: "Adapter", kind: whole, standard: "16" },
	{ path: "/lora/dropout", label: "LoRA dropout", section: "Adapter", kind: number, standard: "0" },
	{
		path: "/lora/targets",
		label: "LoRA targets",
		section: "Adapter",
		kind: { type: "names" },
		standard: "all-linear",
		paper: "the 7 projections",
		hint: "module names with commas between",
	},
	{
		path: "/output/merge",
		label: "Merge the adapter",
		section: "Adapter",
		kind: choice("none", "bf16"),
		standard: "none",
		paper: "none; bf16 for qlora",
	},
	{
		path: "/train/logEvery",
		label: "Log every",
		section: "Saving and logging",
		kind: whole,
		standard: "1",
		practice: "1",
		hint: "steps",
	},
	{
		path: "/train/evalEvery",
		label: "Held-out loss every",
		section: "Saving and logging",
		kind: whole,
		standard: "never",
		practice: "a fifteenth of the run",
		hint: "steps",
	},
	{
		path: "/train/saveEvery",
		label: "Checkpoint every",
		section: "Saving and logging",
		kind: whole,
		standard: "a tenth of the run",
		paper: "500",
		practice: "a tenth of the run",
		hint: "steps",
	},
	{
		path: "/train/keepCheckpoints",
		label: "Checkpoints kept",
		section: "Saving and logging",
		kind: whole,
		standard: "2",
		practice: "2",
	},
	{
		path: "/train/nanPolicy",
		label: "Loss not finite",
		section: "Saving and logging",
		kind: choice("fail", "continue"),
		standard: "fail after 3 in a row",
	},
	{ path: "/engine/gpus", label: "GPUs", section: "Where it runs", kind: whole, standard: "1" },
	{
		path: "/engine/timeLimitS",
		label: "Time limit",
		section: "Where it runs",
		kind: whole,
		standard: "none",
		hint: "seconds",
	},
];

/** What holds for a field that is left empty. */
export function standardOf(field: TrainField, preset: string, isPractice: boolean): string {
	if (isPractice) return field.practice ?? field.standard;
	return preset === "paper-2026" ? (field.paper ?? field.standard) : field.standard;
}
