"""The special account of the demo: what was entered by hand, months that were closed, the bank's statement of a month.

All of it through the services, on top of the journal as it was posted.
"""

import datetime
import io
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

import segno
from django.core.files.uploadedfile import SimpleUploadedFile

from funds.bank import selectors as book
from funds.bank import services as bank
from funds.bank.layout import write
from funds.bank.models import BankStatement
from funds.models import EnteredDocument, JournalLeg
from funds.selectors.journal import bank_balance
from funds.services import documents, months, post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import add_months, day_before, first_of_next_month
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import services as runs

from .history import LAW

BANK, BANK_NAME, ACCOUNT = "LYYH", "辽阳银行", "2110020102009"
NO_STATEMENT = "开户行尚未提供电子对账单，已与纸质对账单逐笔核对。"
IN_TRANSIT = "月末最后一笔款项银行次月入账；一笔手续费待查。"
# A statement of more lines would be no demo any more.
LINES_AT_MOST = 2_000
# Day, reference, amount, counterparty, words.
Move = tuple[datetime.date, str, Decimal, str, str]


class AccountOfTheFund:
    """Lets clerk and reviewer keep the account until the month before last."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.clerk, self.reviewer = actors["clerk"], actors["reviewer"]
        self.job = Actor.job("demo city")
        # The month that is prepared; all before it are closed.
        self.month = add_months(as_of.replace(day=1), -2)

    def work(self) -> None:
        # The first month of the law has none before it.
        if self.month <= LAW:
            return
        self.enter()
        self.post()
        while months.oldest_open() < self.month:
            self.prepare(NO_STATEMENT, close=True)
        if self.bring_statements():
            self.prepare(IN_TRANSIT, close=False)

    def post(self) -> None:
        with clock.on_day(self.as_of):
            post_documents(by=self.job)

    # --- entered by hand ---------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Interest of two quarters, a late fee, a gift; one typed wrongly and corrected, one that waits."""
        quarter = self.month.replace(day=21)
        before = max(add_months(quarter, -3), LAW)
        self.entered("interest", "1286.42", before, "二季度活期存款利息", BANK_NAME, checked=True)
        self.entered("interest", "1374.05", quarter, "三季度活期存款利息", BANK_NAME, checked=True)
        day = self.month.replace(day=9)
        self.entered("late_fee", "35.00", day, "白塔区财政局补贴款逾期滞纳金", "白塔区财政局", checked=True)
        wrong = self.entered("other_income", "500.00", day, "社会捐赠", "辽阳市慈善总会", checked=True)
        with clock.on_day(day + datetime.timedelta(days=3)):
            taken_back = documents.correct_document(
                number=wrong.number, reason="金额录入有误，应为5000.00元", submission=uuid.uuid4(), by=self.clerk
            )
            documents.check_document(number=taken_back.number, version=taken_back.version, by=self.reviewer)
        self.entered("other_income", "5000.00", day, "社会捐赠（更正）", "辽阳市慈善总会", checked=True, again=True)
        self.entered("late_fee", "20.00", day_before(self.as_of), "补缴滞纳金", "市中心医院", checked=False)

    def entered(
        self,
        kind: str,
        amount: str,
        day: datetime.date,
        words: str,
        payer: str,
        *,
        checked: bool,
        again: bool = False,
    ) -> EnteredDocument:
        """A document with its slip, entered a day after the bank's, checked on the day after that."""
        reference = f"PZ{day:%Y%m%d}{Decimal(amount) * 100:08.0f}{'G' if again else ''}"
        with clock.on_day(min(day + datetime.timedelta(days=4 if again else 1), self.as_of)):
            found = documents.enter_document(
                submission=uuid.uuid4(),
                kind=kind,
                amount=Decimal(amount),
                day=day,
                bank_reference=reference,
                words=words,
                payer=payer,
                by=self.clerk,
            )
            slip = io.BytesIO()
            segno.make(reference, micro=False).save(slip, kind="png", scale=8)
            scan = SimpleUploadedFile("进账单.png", slip.getvalue(), content_type="image/png")
            documents.attach_slip(number=found.number, file=scan, by=self.clerk)
            if checked:
                found = documents.check_document(number=found.number, version=found.version, by=self.reviewer)
        return found

    # --- months and the bank -----------------------------------------------------------------------------------------

    def prepare(self, note: str, *, close: bool) -> None:
        """Prepare the oldest open month a week into the next, and close it on the day after."""
        first = months.oldest_open()
        day = min(first_of_next_month(first) + datetime.timedelta(days=7), self.as_of)
        with clock.on_day(day):
            month = months.prepare_month(first=first, note=note, by=self.clerk)
        if close:
            with clock.on_day(min(day + datetime.timedelta(days=1), self.as_of)):
                months.close_month(first=first, version=month.version, by=self.reviewer)

    def bring_statements(self) -> bool:
        """The bank's statements of the month and of the one after it: the first is imported, the second checked and
        waits. They say what the book says, but for the month's last entry, which the bank has on the first day of the
        next, and for a fee that the book has not. False where they would be long.
        """
        legs, following = self.cash(self.month), self.cash(first_of_next_month(self.month))
        if not legs or max(len(legs), len(following)) > LINES_AT_MOST:
            return False
        last = day_before(first_of_next_month(self.month))
        fee = (last, f"SX{last:%Y%m%d}01", Decimal("-10.00"), BANK_NAME, "账户手续费")
        moves = [*self.moves(legs[:-1]), fee]
        found = self.upload(self.month, moves, bank_balance(day_before(self.month)))
        with clock.on_day(found.uploaded_on):
            runs.work_off(number=bank.import_statement(number=found.number, by=self.clerk, calls=False).number)
        first = first_of_next_month(self.month)
        came = [(first, *move[1:]) for move in self.moves(legs[-1:])]
        self.upload(first, [*came, *self.moves(following)], found.closing)
        return True

    def cash(self, first: datetime.date) -> list[JournalLeg]:
        """What the book has on the account in a month, but for mistakes and their corrections: these stand in the book
        alone.
        """
        corrected = EnteredDocument.objects.exclude(corrections=None).values_list("number", flat=True)
        corrections = EnteredDocument.objects.filter(kind="correction").values_list("number", flat=True)
        rows = book.legs_visible_to(self.job).filter(
            entry__booked_on__range=(first, day_before(first_of_next_month(first)))
        )
        rows = rows.exclude(entry__document_type="entered", entry__document_number__in=[*corrected, *corrections])
        return list(rows.order_by("entry__booked_on", "entry_id", "pk")[: LINES_AT_MOST + 1])

    def moves(self, legs: Sequence[JournalLeg]) -> list[Move]:
        """The same at the bank, where its reference is known."""
        references = book.references_of(leg.entry for leg in legs)
        named = [(leg, references.get((leg.entry.document_type, leg.entry.document_number))) for leg in legs]
        return [(leg.entry.booked_on, reference, leg.amount, "", "") for leg, reference in named if reference]

    def upload(self, first: datetime.date, moves: Sequence[Move], opening: Decimal) -> BankStatement:
        """Bring the statement of a month, and check it, a few days after its end."""
        last = day_before(first_of_next_month(first))
        data = write(
            moves,
            bank=BANK,
            bank_name=BANK_NAME,
            account=ACCOUNT,
            statement=f"{first:%Y%m}",
            first=first,
            last=last,
            opening=opening,
        )
        with clock.on_day(min(last + datetime.timedelta(days=5), self.as_of)):
            name = f"对账单{first:%Y%m}.csv"
            found = bank.upload_statement(file=io.BytesIO(data), file_name=name, by=self.clerk, calls=False)
            runs.work_off(number=intake.runs_of("bank_statement", found.number)[0].number)
        return found
