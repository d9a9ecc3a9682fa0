"""What nginx says in answers of its own: titles and sentences, and who gets a page.

Statuses are those of RFC 9110 and RFC 6585; the application answers its own errors by itself.
"""

PROBLEMS = {
    400: ("Bad Request", "The request is not correct HTTP."),
    403: ("Forbidden", "This is not allowed."),
    404: ("Not Found", "There is nothing at this address."),
    405: ("Method Not Allowed", "This method is not allowed here."),
    408: ("Request Timeout", "The request did not arrive in time."),
    411: ("Length Required", "The request does not say how long its body is."),
    412: ("Precondition Failed", "A condition of the request is not true."),
    413: ("Content Too Large", "The body of the request is larger than this site accepts."),
    414: ("URI Too Long", "The address is longer than this site accepts."),
    416: ("Range Not Satisfiable", "The file has no such part."),
    421: ("Misdirected Request", "This site has another name."),
    431: ("Request Header Fields Too Large", "A header of the request is too large."),
    501: ("Not Implemented", "This kind of request is not known here."),
    502: ("Bad Gateway", "The site could not complete this request."),
    504: ("Gateway Timeout", "The site did not answer in time."),
    505: ("HTTP Version Not Supported", "This version of HTTP is not known here."),
}
# nginx' own numbers for what a client gets as another one.
INSTEAD = {494: 431, 495: 400, 496: 400, 497: 400}

_JSON = r"application/(problem\+)?json"
_PAGE = r"text/(html|\*)"
_FIRST = r"\s*(,|$|;(?!\s*q=0))"  # wanted as much as anything
# The first pattern that matches the header Accept counts. A page is for those who would rather have
# it than JSON: browsers say so, programs do not. The example application has the same rule.
KINDS = (
    (rf"({_JSON}|application/\*|\*/\*){_FIRST}", "json"),
    (rf"{_PAGE}{_FIRST}", "html"),
    (_JSON, "json"),
    (rf"{_PAGE}\s*;\s*q=0(\.0*)?\s*(,|$)", "json"),
    (_PAGE, "html"),
)
