/** How the lines of votes change what a tablet holds. */
export const rules = {};
