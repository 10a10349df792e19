// Unpacks Chromium, the libraries it may miss and its font into TMPDIR; prints where the program is.
import chromium from '@sparticuz/chromium'

console.log(await chromium.executablePath())
