"""A real name server on a port of this machine, and a resolver that asks it."""

import contextlib
import threading
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingUDPServer

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

Records = dict[tuple[str, str], list[str]]
BROKEN = "broken.example.org"


class _Handler(BaseRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        content, answering = self.request
        question = dns.message.from_wire(content)
        answering.sendto(self.answer(question).to_wire(), self.client_address)

    def answer(self, question: dns.message.Message) -> dns.message.Message:
        asked = question.question[0]
        name, kind = asked.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(asked.rdtype)
        answer = dns.message.make_response(question, recursion_available=True)
        found = self.server.records.get((name, kind), [])
        if found:
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
        elif name == BROKEN:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not [known for known, _ in self.server.records if known.endswith(name)]:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


class _Server(ThreadingUDPServer):
    records: Records


@contextlib.contextmanager
def name_server(records: Records) -> Iterator[int]:
    """The port of a server that has these records, by name and kind, and no others."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.records = records
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def asking(port: int) -> dns.resolver.Resolver:
    """A resolver that asks nobody but the server on this port."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    return resolver
