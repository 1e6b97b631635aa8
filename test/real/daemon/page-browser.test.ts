/** The status page in a browser as people have it: a phone's width, a mouse, no script of ours. */
import { expect } from 'vitest';
import { Browser } from '../../support/browser.ts';
import { startDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, program, untilState } from './support.ts';

const button = (action: string): string => `button[formaction$="processname=cat&action=${action}"]`;

needs('chromium').test(
  'people stop and start a program by its buttons, read its log, and nothing is cut off',
  async () => {
    const port = await freePort();
    await using daemon = await startDaemon({
      config:
        `[inet_http_server]\nport=127.0.0.1:${port}\n\n` +
        program('cat', 'cat', 'startsecs=0') +
        program('talk', `sh -c "printf '<b>hello</b>'"`, 'startsecs=0', 'autorestart=false') +
        program('a-program-with-quite-a-long-name-for-a-phone', 'cat', 'autostart=false'),
    });
    await untilState(daemon, 'cat', 'RUNNING');
    await untilState(daemon, 'talk', 'EXITED');
    {
      await using browser = await Browser.open(390, 700);
      const says = (text: string): Promise<unknown> =>
        daemon.until(`the page says ${text}`, async () =>
          String(await browser.evaluate('document.body.innerText')).includes(text),
        );
      await browser.goTo(`http://127.0.0.1:${port}/`);
      await browser.click(button('stop'));
      await says('Process cat stopped');
      expect((await infoOf(daemon, 'cat')).statename).toBe('STOPPED');
      await browser.click(button('start'));
      await says('Process cat started');
      expect((await infoOf(daemon, 'cat')).statename).toBe('RUNNING');
      // The style sheet came through the policy, and the page is as wide as the phone.
      expect(await browser.evaluate('getComputedStyle(document.querySelector("tr:last-child")).display')).toBe('grid');
      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await browser.click('a[href="index.html?action=refresh"]');
      await says('Page refreshed at');
      await browser.click('a[href="tail.html?processname=talk"]');
      await says('<b>hello</b>');
    }
  },
);
