// An HTTP/2 server for a test: node h2server.js CERTIFICATE KEY LATENCY_MS
// Prints its port, then for each request a line: connections so far, most in flight at one time.
// Ends when its standard input does.
const fs = require('fs');
const http2 = require('http2');

const [certificate, key, latency] = process.argv.slice(2);
let connections = 0;
let flying = 0;
let most = 0;

const server = http2.createSecureServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
server.on('session', () => { connections += 1; });
server.on('stream', (stream) => {
  flying += 1;
  most = Math.max(most, flying);
  console.log(`${connections} ${most}`);
  stream.on('error', () => {});
  setTimeout(() => {
    flying -= 1;
    stream.respond({ ':status': 200, 'x-version': 'two' });
    stream.end('hello');
  }, Number(latency));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
