"""Whether what a file is called agrees with what it is: a claim may say it more finely, never otherwise.

Types fall into families that share their first bytes: a .docx is a zip, a CSV is text, an .m4a is laid out as MP4 is.
"""

import re
from mimetypes import MimeTypes

from tasktalk.errors import BadRequest
from tasktalk.phrases import Told
from tasktalk.tasks.attachments.sniff import UNKNOWN, may_be_text, sniff

_MEMBERS = {
    "program": """application/x-executable application/x-sharedlib application/x-elf application/x-object
        application/wasm application/vnd.microsoft.portable-executable application/x-msdownload application/x-dosexec
        application/java-vm
        application/x-msdos-program application/x-mach-binary application/x-ms-shortcut""",
    "mp4": """video/mp4 video/quicktime video/3gpp video/3gpp2 video/x-m4v audio/mp4 audio/m4a audio/x-m4a
        audio/mp4a-latm audio/3gpp audio/3gpp2""",
    "ogg": "application/ogg audio/ogg video/ogg audio/opus audio/vorbis",
    "matroska": "video/webm audio/webm video/x-matroska audio/x-matroska",
    "wav": "audio/wav audio/x-wav audio/wave audio/vnd.wave",
    "mpeg audio": "audio/mpeg audio/mp3 audio/mpeg3 audio/aac audio/x-aac",
    "heic": "image/heic image/heif image/heic-sequence image/heif-sequence",
    "jpeg": "image/jpeg image/jpg image/pjpeg",
    "bmp": "image/bmp image/x-ms-bmp image/x-bmp",
    "icon": "image/x-icon image/vnd.microsoft.icon",
    "gzip": "application/gzip application/x-gzip",
    "rtf": "application/rtf text/rtf",
    "postscript": "application/postscript application/illustrator",
    "sqlite": "application/vnd.sqlite3 application/x-sqlite3",
    "ole": """application/x-ole-storage application/msword application/vnd.ms-excel application/vnd.ms-powerpoint
        application/vnd.ms-outlook application/vnd.ms-project application/vnd.visio application/x-msi""",
    "zip": """application/zip application/x-zip-compressed application/java-archive application/epub+zip
        application/vnd.android.package-archive application/vnd.apple.pages application/vnd.apple.numbers
        application/vnd.apple.keynote application/vnd.google-earth.kmz""",
    "text": """application/json application/xml application/javascript application/x-javascript application/ecmascript
        application/x-sh application/x-csh application/x-tcl application/x-tex application/x-latex application/sql
        application/yaml application/x-yaml application/toml application/x-ndjson application/x-subrip
        application/x-python application/x-php message/rfc822 application/vnd.apple.mpegurl audio/x-mpegurl
        image/x-xbitmap image/x-xpixmap""",
}
_FAMILIES = {kind: family for family, kinds in _MEMBERS.items() for kind in kinds.split()}
_ZIPPED = ("application/vnd.openxmlformats-", "application/vnd.oasis.opendocument.")
_WORDED = ("+json", "+xml", "+yaml")
_MEDIA = ("image/", "audio/", "video/", "font/")

# Every file of these begins in a way that `sniff` knows: one that does not is none.
_CERTAIN = frozenset(_MEMBERS) - {"mpeg audio", "bmp", "icon", "text"} | {
    *("image/png", "image/gif", "image/webp", "image/avif", "application/pdf")
}
# Words for a family as such, or that its other members share: a claim of the same family says more.
_BROAD = frozenset({"text", "zip", "ole", "ogg", "mp4", "matroska"})
_SAYS_NOTHING = frozenset({"", UNKNOWN, "binary/octet-stream", "application/x-www-form-urlencoded"})
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,90}")

# A browser would run these, or hand them to something that does.
_ACTIVE = re.compile(r"html|[/+]xml$|svg|script$|java|flash|/x-(?:sh|csh|tcl|python|php)$")

_endings = MimeTypes()  # as Python has them, whatever lists this machine has, and those that some Pythons lack
for _kind, _names in {
    UNKNOWN: ".ts",  # a video's to the lists, TypeScript to nearly everybody
    "application/x-msdownload": ".exe",
    "text/markdown": ".md",
    "text/javascript": ".js .mjs",
    "application/yaml": ".yaml .yml",
    "image/webp": ".webp",
    "image/heic": ".heic .heif",
    "image/avif": ".avif",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg .oga .opus",
    "audio/amr": ".amr",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "application/epub+zip": ".epub",
    "application/rtf": ".rtf",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}.items():
    for _name in _names.split():
        _endings.add_type(_kind, _name)


def check_kind(head: bytes, *, name: str, declared: str | None) -> str:
    """The media type to remember: what the bytes say, or a finer word for it by the name's ending or the declared type.

    Raises BadRequest (`field` "file") when one of the two says something else than the bytes.
    """
    found = best = sniff(head)
    for claim in _claims(name, declared):
        if not _agrees(claim, found, head):
            raise BadRequest(
                Told("The file says {claim}, and is {found}.", claim=claim, found=found),
                field="file",
                claimed=claim,
                found=found,
            )
        if found == UNKNOWN or (
            _family(claim) == _family(found) in _BROAD and claim != found and not _is_active(found)
        ):
            best = claim
    return best


def served_as(kind: str) -> str:
    """The Content-Type to send such a file with: nothing that could run."""
    return UNKNOWN if _is_active(kind) else kind


def _claims(name: str, declared: str | None) -> list[str]:
    """What the declared type and the name's ending say, where they say anything; the ending, which is finer, last."""
    said = (declared or "").partition(";")[0].strip().lower()
    ending, packed = _endings.guess_type(name.rpartition("/")[2])
    if said == "application/vnd.ms-excel" and ending == "text/csv":  # so browsers call a CSV where Excel is installed
        said = ""
    claims = (said, "application/gzip" if packed == "gzip" else "" if packed else ending or "")
    return [claim for claim in claims if claim not in _SAYS_NOTHING and _TYPE.fullmatch(claim)]


def _agrees(claim: str, found: str, head: bytes) -> bool:
    said, is_ = _family(claim), _family(found)
    if said == is_:
        return True
    if is_ == "program" or said in _CERTAIN:
        return False
    if said == "text":
        return found == UNKNOWN and may_be_text(head)
    if claim.startswith(_MEDIA):
        return found == UNKNOWN or (is_ not in _CERTAIN and claim.partition("/")[0] == found.partition("/")[0])
    return True


def _family(kind: str) -> str:
    if kind.startswith("text/") or kind.endswith(_WORDED):
        return _FAMILIES.get(kind, "text")
    return _FAMILIES.get(kind) or ("zip" if kind.startswith(_ZIPPED) else kind)


def _is_active(kind: str) -> bool:
    return _family(kind) == "program" or bool(_ACTIVE.search(kind))
