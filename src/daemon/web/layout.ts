/** The frame that all pages have in common. There is no script on any of them. */
import { type Html, html } from './escape.ts';
import type { PageDaemon } from './model.ts';

export function layout(daemon: PageDaemon, title: string, content: Html): string {
  const { identifier, machine, versions } = daemon;
  const page = html`<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
<meta charset="utf-8" />
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<link rel="stylesheet" type="text/css" href="stylesheets/supervisor.css?${versions.own}" />
<link rel="icon" type="image/svg+xml" href="images/icon.svg" />
</head>
<body>
<header>
<h1><a href="./">${identifier}</a></h1>
<p>on ${machine}</p>
</header>
<main>
${content}
</main>
<footer>
<p>tssupervisor ${versions.own}, in place of Supervisor <span id="supervisor_version">${versions.supervisor}</span></p>
</footer>
</body>
</html>
`;
  return page.text;
}

/** A page that only says something: why a request was not followed, for instance. */
export function noticePage(daemon: PageDaemon, title: string, sentences: readonly string[]): string {
  const paragraphs = sentences.map((sentence) => html`<p>${sentence}</p>\n`);
  const content = html`<h2>${title}</h2>
${paragraphs}<p><a class="button" href="./">Back to the status page</a></p>`;
  return layout(daemon, title, content);
}
