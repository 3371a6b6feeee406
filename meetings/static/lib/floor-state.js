/** How the lines of the floor change what a tablet holds: presence, speakers, timer, announcements. */
export const rules = {};
