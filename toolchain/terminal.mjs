import process from "node:process";

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 };
const plainInterval = 10_000;

/**
 * The text in a colour, when the stream is a terminal and NO_COLOR is not set.
 *
 * @param {keyof typeof codes} name @param {string} text @param {{ isTTY?: boolean }} stream
 */
export function style(name, text, stream = process.stderr) {
  return stream.isTTY && !process.env.NO_COLOR ? `\x1b[${codes[name]}m${text}\x1b[0m` : text;
}

/** @param {number} milliseconds @returns {string} e.g. `4.2 s`, `3 min 07 s` */
export function formatDuration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}

/**
 * Shows how far one step has come: one line redrawn on a terminal, else a line at the start and every ten seconds.
 *
 * @param {string} title @param {NodeJS.WriteStream} stream
 */
export function startProgress(title, stream = process.stderr) {
  const started = Date.now();
  let detail = "";
  let lastLine = 0;
  const draw = () => {
    const text = `${title}${detail && ` ${detail}`} (${formatDuration(Date.now() - started)})`;
    if (stream.isTTY) stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
    else if (Date.now() - lastLine >= plainInterval) {
      lastLine = Date.now();
      stream.write(`${text}\n`);
    }
  };
  draw();
  const timer = setInterval(draw, stream.isTTY ? 200 : 1000);
  const end = (/** @type {string} */ line) => {
    clearInterval(timer);
    if (stream.isTTY) stream.write("\r\x1b[2K");
    if (line) stream.write(`${line}\n`);
  };
  return {
    /** @param {string} text */
    update(text) {
      detail = text;
    },
    /** @param {string} [text] what was done, instead of the title */
    succeed(text = title) {
      end(
        `${style("green", "✓", stream)} ${text} ${style("dim", `(${formatDuration(Date.now() - started)})`, stream)}`,
      );
    },
    /** Ends without a word: the caller says what happened. */
    clear() {
      end("");
    },
  };
}
