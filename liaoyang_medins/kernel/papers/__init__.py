"""Papers: what is printed, handed out and kept, as a page for the printer and as PDF from the same plain data.

A paper is drawn up once, in the language that is active, and shown in two ways:

    from liaoyang_medins.kernel.papers.paper import amount, code, draw_up, facts, table
    from liaoyang_medins.kernel.papers.pdf import to_pdf
    from liaoyang_medins.kernel.papers.web import show, show_all

    paper = draw_up(
        title=_("Contribution notice"), agency=settings.AGENCY_NAME, number=notice.number, on=notice.issued_on,
        body=[
            facts([(_("Name"), resident.name), (_("ID number"), masked(resident.id_number))]),
            table([(_("Notice"), SHORT), (_("You pay"), NUMBER)], [[notice.number, money(notice.personal)]]),
            amount(_("Amount due"), notice.personal),
            code(notice.number, _("Payable at a designated bank.")),
        ],
        signatures=[_("Handled by")], seal=_("Seal of the agency"),
    )
    show(request, paper, back_url=…)      # the page to print; with ?as=pdf the PDF
    show_all(papers, "notices")           # many papers, one PDF, each with its own page x / y
    to_pdf([paper])                       # bytes, for a file

Values are texts as they shall stand on the paper: ID numbers masked, money with `money`, days with `paper_date`. They
reach the PDF as data, never as source, so nothing that people typed can be taken for markup. A paper that does not
look like a page of blocks names another layout (`wide` is the same page across) or one of its own:
`layouts/<name>.typ`, which is handed the same data (`extra` holds what the blocks do not).

`services.keep` keeps a paper as it was said, in every language of the portal: what was told somebody stays told.
"""
