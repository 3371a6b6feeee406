/** Vietnamese letters without their marks, for typing to find; stands in for the picker's table of all languages. */
const bases = {
  a: 'aàáảãạăằắẳẵặâầấẩẫậ', d: 'dđ', e: 'eèéẻẽẹêềếểễệ', i: 'iìíỉĩị', o: 'oòóỏõọôồốổỗộơờớởỡợ', u: 'uùúủũụưừứửữự', y: 'yỳýỷỹỵ',
};
const base = new Map(Object.entries(bases).flatMap(([plain, all]) => [...all].map((letter) => [letter, plain])));

/** "Đầu tư" -> "dau tu". */
export const asciifold = (text) => [...text.normalize('NFC').toLowerCase()].map((letter) => base.get(letter) ?? letter).join('');

export const escape_regex = (text) => text.replace(/[$(-+.\/?[-^{-}]/g, '\\$&');

/** A pattern that finds a word whichever marks it bears: "dau" finds "đầu", "Đấu", "dâu". */
export const getPattern = (word) => [...asciifold(word)].map((letter) => (bases[letter] ? `[${bases[letter]}]` : escape_regex(letter))).join('');
