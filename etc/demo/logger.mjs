// Writes a line every second, and one to stderr every tenth.
let lines = 0;
setInterval(() => {
  lines += 1;
  process.stdout.write(`${new Date().toISOString()} line ${lines}\n`);
  if (lines % 10 === 0) process.stderr.write(`${lines} lines so far\n`);
}, 1000);
