"""Which credential is attached to this PDF? A program of its own: a PDF on its input, the credential on its output.

It imports nothing of ours and gives itself limits first. Ends with 0; 3 for no credential, 4 for several, anything else for
a PDF that cannot be read.
"""

import io
import resource
import sys

SECONDS = 2  # of work
MEMORY = 512 * 1024 * 1024  # bytes of addresses; a quarter of it is Python and the PDF library
LARGEST_CREDENTIAL = 256 * 1024  # bytes
ENDINGS = (".json", ".jsonld", ".jwt", ".jws")
NONE, SEVERAL = 3, 4


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pikepdf

    with pikepdf.open(io.BytesIO(sys.stdin.buffer.read())) as pdf:
        attached = [spec for name, spec in pdf.attachments.items() if name.lower().endswith(ENDINGS)]
        if not attached:
            return NONE
        if len(attached) > 1:
            return SEVERAL
        credential = attached[0].get_file().read_bytes()
    if len(credential) > LARGEST_CREDENTIAL:
        return 5
    sys.stdout.buffer.write(credential)
    return 0


if __name__ == "__main__":
    sys.exit(main())
