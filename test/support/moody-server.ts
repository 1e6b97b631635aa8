/**
 * A server whose mood is a file: `moody.py PORT MOOD` answers GET /healthz as the file MOOD says, 200 or whatever number
 * is in it, and not at all while it says `hang`. It logs to nobody.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const script = `import http.server, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mood = open(sys.argv[2]).read().strip()
        if mood == "hang":
            time.sleep(3600)
        self.send_response(int(mood))
        self.end_headers()
        self.wfile.write(mood.encode())

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`;

/** Puts moody.py into the folder. */
export function writeMoodyServer(dir: string): void {
  writeFileSync(join(dir, 'moody.py'), script);
}

export type Mood = '200' | '503' | 'hang';

export function setMood(dir: string, name: string, mood: Mood): void {
  writeFileSync(join(dir, `${name}.mood`), mood);
}

/** The command line and the port of a program whose mood is in NAME.mood. */
export function moodyProgram(name: string, port: number): string {
  return `[program:${name}]\ncommand=python3 %(here)s/moody.py ${port} %(here)s/${name}.mood\nport=${port}\nstartsecs=0\n`;
}
