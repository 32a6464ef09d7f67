// SPDX-License-Identifier: Apache-2.0
// Serves the preview on the loopback, and passes on what it asks of Prometheus.
import { readFile } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const ICONS = '/public/build/img/';
const FONTS = { 'Inter-Regular': 'inter-latin-400-normal.woff2', 'Inter-Medium': 'inter-latin-500-normal.woff2' };

const passOn = (url, response) =>
  http
    .get(url, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    })
    .on('error', (error) => {
      response.writeHead(502);
      response.end(String(error));
    });

const fileOf = (name, dashboards) => {
  const font = Object.keys(FONTS).find((part) => name.includes(part));
  if (name === '/') return 'index.html';
  if (name.startsWith('/assets/')) return path.join('bundle', path.normalize(name));
  if (name.startsWith(ICONS))
    return path.join('node_modules/@grafana/ui/dist/public/img', path.normalize(name.slice(ICONS.length)));
  if (font) return path.join('node_modules/@fontsource/inter/files', FONTS[font]);
  return path.join(dashboards, path.basename(name));
};

/** Resolves to the server, which listens on a free port. */
export const serve = (prometheus, dashboards) =>
  new Promise((resolve) => {
    const server = http.createServer((request, response) => {
      const url = new URL(request.url, 'http://localhost');
      if (url.pathname.startsWith('/prometheus/'))
        return passOn(prometheus + url.pathname.slice('/prometheus'.length) + url.search, response);
      const file = fileOf(url.pathname, dashboards);
      readFile(file, (error, content) => {
        response.writeHead(error ? 404 : 200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
        response.end(error ? '' : content);
      });
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
