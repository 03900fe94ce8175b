/** Lets everything else that waits have its turn. */
export const otherWork = () => new Promise<void>((resolve) => setImmediate(resolve));
