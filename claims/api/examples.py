"""An example of each operation: what is sent and what is answered. The tests hold them against the schema."""

from typing import Any

CAP = {"first": "2009-01-01", "last": "2009-12-31", "cap": "30000.00", "used": "0.00", "left": "26737.50"}
BEFORE = {**CAP, "left": "30000.00"}
STAY: dict[str, Any] = {
    "stay_number": "S2009-0000123",
    "kind": "inpatient",
    "status": "admitted",
    "person_number": "P2008-0000042",
    "name": "王秀兰",
    "inpatient_number": "0911-00071",
    "admitted_at": "2009-11-05T09:20:00+08:00",
    "discharged_at": None,
    "discharged_on": None,
    "discharge_way": None,
    "emergency": False,
    "card_presented_at": "2009-11-05T09:25:00+08:00",
    "form_signed": True,
    "cause": "illness",
    "transfer_stated": False,
    "referral_number": None,
    "diagnoses": ["J18.9", "I10"],
    "category": "elderly",
    "held": False,
    "review": None,
}
REVIEW: dict[str, Any] = {
    "asked_for": "settlement",
    "state": "waiting",
    "since": "2009-11-12",
    "decided_on": None,
    "reasons": [{"code": "injury", "text": "Injury without a cause"}],
    "note": None,
}
ADMISSION: dict[str, Any] = {
    "person_number": "P2008-0000042",
    "inpatient_number": "0911-00071",
    "admitted_at": "2009-11-05T09:20:00+08:00",
    "diagnoses": ["J18.9", "I10"],
    "card_number": "2110000000421",
    "card_presented_at": "2009-11-05T09:25:00+08:00",
}
DISCHARGED: dict[str, Any] = {
    **STAY,
    "status": "discharged",
    "discharged_at": "2009-11-12T10:00:00+08:00",
    "discharged_on": "2009-11-12",
    "discharge_way": "ordered",
}
LINES: list[dict[str, Any]] = [
    {
        "line_number": "1",
        "item_code": "XY0001",
        "item_name": "注射用青霉素钠",
        "on": "2009-11-05",
        "quantity": "12",
        "unit_price": "3.5",
        "amount": "42.00",
        "catalogue_class": "A",
        "personal_share": "0",
        "in_scope": "42.00",
        "denied": "0.00",
        "denied_because": None,
        "reasons": [],
    },
    {
        "line_number": "2",
        "item_code": "XY0103",
        "item_name": "注射用头孢曲松钠",
        "on": "2009-11-05",
        "quantity": "10",
        "unit_price": "28",
        "amount": "280.00",
        "catalogue_class": "B",
        "personal_share": "0.1",
        "in_scope": "252.00",
        "denied": "0.00",
        "denied_because": None,
        "reasons": ["personal_share"],
    },
]
SENT_LINES = [
    {
        "line_number": line["line_number"],
        "item_code": line["item_code"],
        "item_name": line["item_name"],
        "at": "2009-11-05T14:00:00+08:00",
        "quantity": line["quantity"],
        "unit_price": line["unit_price"],
        "amount": line["amount"],
    }
    for line in LINES
]
AMOUNTS: dict[str, Any] = {
    "payable": True,
    "reasons": [],
    "total": "8422.10",
    "in_scope": "7750.00",
    "out_of_scope": "672.10",
    "deductible": "500.00",
    "ratio": "0.45",
    "copayment": "3987.50",
    "over_cap": "0.00",
    "fund": "3262.50",
    "resident_pays": "5159.60",
    "cap": CAP,
}
STEPS = [
    {
        "code": "in_scope",
        "label": "In-scope cost",
        "how": "total cost less what is out of scope",
        "amount": "7750.00",
        "rule": "A1",
        "article": "18",
        "holds_from": "2008-07-01",
    },
    {
        "code": "deductible",
        "label": "Deductible borne",
        "how": "at most the in-scope cost; every stay has its own",
        "amount": "500.00",
        "rule": "D4",
        "article": "20",
        "holds_from": "2008-07-01",
    },
]
SETTLEMENT: dict[str, Any] = {
    "settlement_number": "J2009-0000077",
    "stay_number": "S2009-0000123",
    "person_number": "P2008-0000042",
    "status": "live",
    "settled_on": "2009-11-12",
    "decided_on": "2009-11-12",
    "paid_out_on": None,
    "policy_version": 1,
    "amounts": AMOUNTS,
    "reversal_number": None,
    "reversed_on": None,
}
REVERSAL = {
    "reversal_number": "V2009-0000003",
    "settlement_number": "J2009-0000077",
    "stay_number": "S2009-0000123",
    "reversed_on": "2009-11-13",
    "reason": "费用明细录入有误",
    "fund": "3262.50",
}
SUMS = {"count": 214, "total": "1203456.70", "fund": "402118.35", "resident_pays": "801338.35"}
UNDONE = {"count": 1, "total": "8422.10", "fund": "3262.50", "resident_pays": "5159.60"}
NOVEMBER = {"first": "2009-11-01", "last": "2009-11-30"}
TOTALS = {**NOVEMBER, "settlements": SUMS, "reversals": UNDONE, "fund_net": "398855.85"}
ENTRY = {"number": "J2009-0000077", "total": "8422.10", "fund": "3262.50", "resident_pays": "5159.60"}
PROBLEM = {
    "code": "total_differs",
    "status": 422,
    "title": "The stated total is not the sum of the lines",
    "action": "Compare the lines (5203); nothing was settled.",
}
REASON = {"reason": "费用明细录入有误"}

OF: dict[str, dict[str, Any]] = {
    "look_up_person": {
        "request": {"card_number": "2110000000421"},
        "answer": {
            "person_number": "P2008-0000042",
            "name": "王秀兰",
            "sex": "F",
            "birth_date": "1941-03-08",
            "id_number_masked": "211002********0023",
            "category": "elderly",
            "community": {"code": "211002001001", "name": "社区001"},
            "card": {"number": "2110000000421", "status": "handed_out"},
        },
    },
    "check_entitlement": {
        "request": {"person_number": "P2008-0000042", "on": "2009-11-05"},
        "answer": {
            "person_number": "P2008-0000042",
            "on": "2009-11-05",
            "entitled": True,
            "reasons": [],
            "category": "elderly",
            "benefit_period": {"first": "2009-01-01", "last": "2009-12-31"},
            "next_benefit_period": None,
            "cap": BEFORE,
            "institution": {"code": "LY-H01", "name": "辽阳市中心医院", "grade": "grade3", "designated": True},
        },
    },
    "list_stays": {"answer": {"stays": [STAY], "next": None}},
    "admit": {"request": ADMISSION, "answer": STAY},
    "get_stay": {
        "answer": {**DISCHARGED, "cause": "traffic_accident", "diagnoses": ["S72.0"], "held": True, "review": REVIEW}
    },
    "change_admission": {"request": {**ADMISSION, "emergency": True}, "answer": {**STAY, "emergency": True}},
    "cancel_admission": {"request": REASON, "answer": {**STAY, "status": "cancelled"}},
    "discharge": {
        "request": {"discharged_at": "2009-11-12T10:00:00+08:00", "way": "ordered", "diagnoses": ["J18.9", "I10"]},
        "answer": DISCHARGED,
    },
    "cancel_discharge": {"request": REASON, "answer": STAY},
    "list_lines": {
        "answer": {"stay_number": "S2009-0000123", "count": 2, "amount": "322.00", "lines": LINES, "next": None}
    },
    "add_lines": {
        "request": {"lines": SENT_LINES},
        "answer": {
            "stay_number": "S2009-0000123",
            "count": 2,
            "amount": "322.00",
            "in_scope": "294.00",
            "lines": LINES,
        },
    },
    "remove_lines": {
        "request": {"line_numbers": ["1", "2"]},
        "answer": {"stay_number": "S2009-0000123", "removed": 2},
    },
    "presettle": {
        "answer": {
            "stay_number": "S2009-0000123",
            "provisional": False,
            "settled_on": "2009-11-12",
            "policy_version": 1,
            "amounts": AMOUNTS,
            "steps": STEPS,
            "overlaps": False,
        }
    },
    "settle": {"request": {"stated_total": "8422.10"}, "answer": SETTLEMENT},
    "reverse": {"request": REASON, "answer": REVERSAL},
    "list_settlements": {"answer": {"settlements": [SETTLEMENT], "next": None}},
    "get_settlement": {"answer": {**SETTLEMENT, "steps": STEPS}},
    "get_totals": {
        "answer": {**TOTALS, "stays": {"admitted": 3, "discharged": 1, "settled": 213, "cancelled": 2}},
    },
    "reconcile_totals": {
        "request": {**NOVEMBER, "settlements": {**SUMS, "fund": "402118.30"}, "reversals": UNDONE},
        "answer": {
            **TOTALS,
            "equal": False,
            "differences": [{"figure": "settlements.fund", "here": "402118.35", "there": "402118.30"}],
        },
    },
    "reconcile_details": {
        "request": {**NOVEMBER, "entries": [ENTRY]},
        "answer": {
            **NOVEMBER,
            "equal": False,
            "count": 2,
            "differences": [
                {
                    "number": "V2009-0000003",
                    "kind": "missing_there",
                    "here": {"total": "8422.10", "fund": "3262.50", "resident_pays": "5159.60"},
                    "there": None,
                    "decided_on": "2009-11-13",
                }
            ],
        },
    },
    "get_message": {
        "answer": {
            "key": "20091112-000007",
            "operation": "settle",
            "outcome": "done",
            "received_at": "2009-11-12T10:05:11+08:00",
            "status": 201,
            "answer": SETTLEMENT,
            "undone_by": None,
        }
    },
    "undo_message": {
        "answer": {
            "key": "20091112-000007",
            "outcome": "undone",
            "operation": "settle",
            "number": "V2009-0000003",
        }
    },
    "list_problems": {"answer": {"codes": [PROBLEM]}},
    "get_problem": {"answer": PROBLEM},
}
