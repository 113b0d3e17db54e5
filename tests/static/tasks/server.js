// SPDX-License-Identifier: BSD-3-Clause
// A server and its client on the loopback interface, files, processes, threads.
const assert = require('assert');
const { execFileSync, spawn } = require('child_process');
const crypto = require('crypto');
const dns = require('dns');
const fs = require('fs');
const http = require('http');
const { Worker } = require('worker_threads');
const zlib = require('zlib');

const server = http.createServer((request, response) => fs.createReadStream('a.txt').pipe(response));
server.listen(0, '127.0.0.1', () => {
    http.get({ host: '127.0.0.1', port: server.address().port }, (response) => {
        response.on('data', (data) => assert(data.toString().startsWith('hello')));
        response.on('end', () => server.close());
    });
});
fs.mkdirSync('made/below', { recursive: true });
fs.writeFileSync('made/file', zlib.gzipSync('contents'));
fs.copyFileSync('made/file', 'made/copy');
fs.symlinkSync('file', 'made/link');
fs.renameSync('made/copy', 'made/renamed');
fs.utimesSync('made/file', 1, 2);
fs.readdirSync('made', { withFileTypes: true });
const watcher = fs.watch('made', () => { });
setTimeout(() => { watcher.close(); fs.rmSync('made', { recursive: true }); }, 50);
execFileSync('true');
spawn('echo', ['x'], { stdio: 'inherit' });
crypto.scryptSync('a', 'b', 16);
crypto.randomBytes(8);
dns.lookup('localhost', () => { });
new Worker('require("fs").readFileSync("a.txt")', { eval: true });
process.on('SIGUSR2', () => { });
process.kill(process.pid, 'SIGUSR2');
require('os').networkInterfaces();
require('os').userInfo();
