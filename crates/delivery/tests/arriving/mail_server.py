# An SMTP server on loopback that says its port, refuses the first mail for now, and tells each mail it saw as a line of JSON.
# deploy/dev/install-tools makes the environment: target/oracles/bin/python mail_server.py
import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Box:
    seen = 0

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        files = [
            {"name": part.get_filename(), "text": part.get_content().replace("\r\n", "\n")}
            for part in mail.iter_attachments()
        ]
        told = {
            "id": mail["Message-ID"],
            "subject": mail["Subject"],
            "to": envelope.rcpt_tos,
            "words": mail.get_body(("plain",)).get_content(),
            "files": files,
        }
        print(json.dumps(told), flush=True)
        Box.seen += 1
        return "451 4.3.0 later" if Box.seen == 1 else "250 2.0.0 taken"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Box(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
