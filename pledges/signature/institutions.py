"""Institutions whose domains nobody else can have: a registry gives the ending to schools and authorities alone."""

_GIVEN = """
edu gov mil int
ac.at ac.id ac.il ac.in ac.jp ac.kr ac.th ac.uk ac.za
edu.ar edu.au edu.br edu.cn edu.co edu.hk edu.in edu.mx edu.my edu.ng edu.sg edu.tr edu.tw
gob.ar gob.cl gob.es gob.mx gob.pe go.id go.jp go.kr go.th gouv.fr gov.au gov.br gov.cn gov.co gov.hk gov.ie
gov.il gov.in gov.it gov.my gov.ng gov.pl gov.pt gov.sg gov.tr gov.tw gov.uk gov.za govt.nz gv.at
gc.ca mod.uk nhs.uk police.uk
"""
_ENDINGS = frozenset(_GIVEN.split())
"""Not among them: endings that sound like it and that anyone may have, such as ac.nz, edu.pl, or any behind `.ac`."""

_FORMER = ("alum", "ehemalige", "exalum")
"""What stands in front of the addresses of people who have left: they speak for no place where one is."""


def name_in_domain(domain: str) -> str | None:
    """The label by which a registry knows an institution: `example` of mail.example.ac.uk. None where the ending is
    open to others, too, or the address is one for former members.
    """
    labels = domain.split(".")
    for length in (1, 2):
        if len(labels) > length and ".".join(labels[-length:]) in _ENDINGS:
            *others, name = labels[:-length]
            return None if any(label.startswith(_FORMER) for label in others) else name
    return None
