"""Are designs and the files of certificates still what they were when they were put to use and given out?"""

from collections.abc import Iterator

from certificates.designs import digest_of
from certificates.models import CertificatePaper, DesignVersion
from certificates.papers import is_whole

from .fault import CANNOT_BE_READ, UNKNOWN, Fault, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    yield from _designs()
    yield from _papers()
    yield from gone(DesignVersion)
    yield from gone(CertificatePaper)


def _designs() -> Iterator[Fault]:
    """What is in use, or was, is as history took it down when it was put to use."""
    versions = DesignVersion.objects.filter(used_from__isnull=False)
    for keys in chunks(versions):
        told = told_about([f"designversion:{key}" for key in keys])
        rows, unreadable = readable(versions, keys)
        yield from (Fault(row=f"designversion:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for version in rows:
            row = f"designversion:{version.pk}"
            used = [entry for entry in told[row] if entry.verb == "design.used"]
            if not used:
                yield Fault(row=row, reason=UNKNOWN)
            elif used[0].facts.get("digest") != digest_of(version):
                yield Fault(row=row, reason="it is not the design that was put to use")


def _papers() -> Iterator[Fault]:
    for keys in chunks(CertificatePaper.objects.all()):
        told = told_about([f"certificatepaper:{key}" for key in keys])
        rows, unreadable = readable(CertificatePaper.objects.all(), keys)
        yield from (Fault(row=f"certificatepaper:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for paper in rows:
            row = f"certificatepaper:{paper.pk} (of certificate {paper.certificate_id})"
            said = next((entry.facts for entry in told[f"certificatepaper:{paper.pk}"]), None)
            if said is None:
                yield Fault(row=row, reason=UNKNOWN)
            elif not is_whole(paper) or said.get("digest") != paper.digest:
                yield Fault(row=row, reason="it is not the file that was made")
            elif [said.get(name) for name in ("certificate", "format", "size")] != [
                paper.certificate_id, paper.format, paper.size
            ]:  # fmt: skip
                yield Fault(row=row, reason="it is kept as another file than it was made as")
