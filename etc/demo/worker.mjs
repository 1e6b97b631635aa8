// A worker with a fault: usually it fails after some seconds of work, and each third start at once.
const bornSick = Math.random() < 1 / 3;
const secondsToLive = bornSick ? 0.3 : 5 + Math.random() * 15;
process.stdout.write(`Working for ${secondsToLive.toFixed(1)} seconds\n`);
setTimeout(() => {
  process.stderr.write('Cannot go on: this worker fails now and then, on purpose\n');
  process.exit(1);
}, secondsToLive * 1000);
