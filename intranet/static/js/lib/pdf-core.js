// The viewer's components read globalThis.pdfjsLib at the moment they are evaluated: import this module before them.
import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.mjs';

globalThis.pdfjsLib = pdfjs;
export { pdfjs };
