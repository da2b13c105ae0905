"""Files of contacts: what is read of them, what is refused, and that ours come back unchanged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayd.contactfiles import csvfile, vcard
from gatewayd.contactfiles.cards import Field, FileFormat, UnreadableFileError
from gatewayd.contactfiles.importing import Became, _step
from gatewayd.contactfiles.rows import Row, Rows, rows_of
from gatewayd.exports.cells import bare, safe
from storage.contacts import ContactRow

CSV, VCARD = FileFormat.CSV, FileFormat.VCARD


def read(text: str, format_: FileFormat = CSV, **mapping: Field | None) -> Rows:
    return rows_of(text.encode(), format_, mapping, country="CA")


def only(text: str, format_: FileFormat = CSV, **mapping: Field | None) -> Row:
    rows = read(text, format_, **mapping)
    assert rows.problems == []
    (row,) = rows.good
    return row


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "header",
    [
        ("Name", "Phone", "Language", "Tags", "Notes", "External ID"),
        ("Nom", "Téléphone", "Langue", "Étiquettes", "Remarques", "Numéro de client"),
    ],
)
def test_a_table_is_read_as_people_write_it(bom: str, separator: str, header: Any) -> None:
    cells = ["Amélie", "(514) 555-0123", "fr-CA", "vip", "two\nlines", "c-1"]
    line = separator.join(f'"{cell}"' for cell in cells)
    row = only(f"{bom}{separator.join(header)}\r\n{line}\r\n")
    assert row.numbers == ("+15145550123",)
    assert row.tags == {"vip"}
    assert row.values == {
        "name": "Amélie",
        "language": "fr",
        "notes": "two\nlines",
        "external_id": "c-1",
    }


def test_a_mapping_goes_before_usual_names_and_the_rest_is_told() -> None:
    text = "Client,Tel. 1,Mobile,Fax,Address\nZoé,514 555-0123,514 555-0124,514 555-0125,here\n"
    rows = read(text, Fax=None, **{"Tel. 1": Field.PHONE})
    assert rows.good[0].numbers == ("+15145550123", "+15145550124")
    assert rows.good[0].values == {"name": "Zoé"}
    assert rows.ignored == ("Fax", "Address")


def test_two_columns_of_a_name_are_one_name() -> None:
    assert only("Nom,Prénom,Tel\nTremblay,Zoé,5145550123\n").values == {"name": "Zoé Tremblay"}


def test_each_problem_has_its_line_and_its_field() -> None:
    rows = read(
        "name,phone,language\n"
        '"a\nb",5145550123,\n'
        f"{'x' * 61},5145550124,de\n"
        "\n"
        "Zoé,5145550125,en,more\n"
        "Bea,5145550126,en\n"
        "Cai,+1 514 555 0126,en\n"
    )
    assert rows.count == 5
    assert [(each.line, each.field) for each in rows.problems] == [
        (2, "name"),
        (4, "name"),
        (4, "language"),
        (6, "row"),
        (8, "phone"),
    ]
    assert rows.problems[-1].detail == "line 7 of this file has it too"
    assert [row.line for row in rows.good] == [7]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no column"),
        (b"name,notes\nx,y\n", "no column"),
        ("name,phone\nAmélie,1\n".encode("latin-1"), "not UTF-8 (line 2)"),
        ("name,phone\nx,1\n".encode("utf-16"), "not UTF-8"),
        ("name,phone\nx,1\n".encode("utf-16-le"), "no column"),
        (b"\0\0\0\0", "no column"),
        (b'name,phone\nx,5145550123\n"open,5145550124\n', "quotation mark"),
        (b'name,phone\n"x"y,5145550123\n', "quotation mark"),
        (b"phone" + b"," * 1_000_000, "more than 200 columns"),
        (b'phone\n"' + b"1" * 200_000 + b'"\n', "too long"),
        (b"phone\n" + b"1\n" * 20_001, "more than 20000"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableFileError, match=r".") as refused:
        rows_of(data, CSV, {}, country="CA")
    assert said in refused.value.detail


def test_a_mapping_of_no_such_column_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="Tel"):
        read("phone\n5145550123\n", Tel=Field.PHONE)


def test_a_card_is_read_as_phones_write_it() -> None:
    row = only(
        card(
            "N:Tremblay;Zoé;;;",
            "FN:Zoé Trem",
            " blay",
            "item1.TEL;TYPE=CELL:(514) 555-0123",
            'TEL;VALUE=uri;TYPE="voice,home":tel:+1-514-555-0124',
            "TEL;TYPE=FAX:5145550125",
            "CATEGORIES:vip,a\\, b",
            "NOTE:two\\nlines\\; done",
            "LANG;PREF=1:fr",
            "UID:urn:uuid:1",
            "PHOTO;ENCODING=b:AAAA",
            " BBBB",
        ),
        VCARD,
    )
    assert row.numbers == ("+15145550123", "+15145550124")
    assert row.tags == {"vip", "a, b"}
    assert row.values == {
        "name": "Zoé Tremblay",
        "language": "fr",
        "notes": "two\nlines; done",
        "external_id": "urn:uuid:1",
    }


def test_a_name_may_be_in_its_parts_alone() -> None:
    assert only(card("N:Tremblay;Zoé;;;", "TEL:5145550123"), VCARD).values["name"] == "Zoé Tremblay"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (card("TEL:5145550123", version="2.1"), "version"),
        (card("TEL:5145550123", "NOTE;ENCODING=QUOTED-PRINTABLE:a"), "quoted-printable"),
        (card("TEL:5145550123", "no property"), "no property"),
        ("BEGIN:VCARD\r\nTEL:5145550123\r\n", "END:VCARD"),
        (card("BEGIN:VCARD", "TEL:5145550123"), "END:VCARD"),
        (card("FN:a\\nb", "TEL:5145550123"), "one line"),
        (card(*["TEL:5145550123"] * 21), "more than 20"),
    ],
)
def test_a_card_that_is_not_right_is_left_out(text: str, said: str) -> None:
    assert said in read(text, VCARD).problems[0].detail


@pytest.mark.parametrize(
    "bomb",
    [
        "FN:x\r\n" + " y\r\n" * 200_000,
        "FN:" + "\\" * 200_001,
        'FN;X="' + ';"' * 200_000,
        "CATEGORIES:" + "," * 200_000,
        ";" * 200_000,
    ],
)
def test_a_bomb_of_a_card_is_one_problem_or_none(bomb: str) -> None:
    rows = read(card(bomb, "TEL:5145550123"), VCARD)
    assert len(rows.good) + len(rows.problems) == 1


@pytest.mark.parametrize("text", ["", "hello", "END:VCARD\n", "name,phone\nx,1\n"])
def test_a_file_without_a_card_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFileError, match="BEGIN:VCARD"):
        read(text, VCARD)


@given(st.text())
def test_guarding_a_cell_can_be_undone(cell: str) -> None:
    assert bare(safe(cell)) == cell


LINE = st.text(min_size=1, max_size=40).filter(
    lambda text: text.isprintable() and text == text.strip()
)
CONTACTS = st.builds(
    ContactRow,
    id=st.just("con_1"),
    seq=st.just(1),
    name=st.none() | LINE,
    language=st.sampled_from([None, "en", "fr"]),
    spoken_language=st.none(),
    notes=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    external_id=st.none() | LINE,
    blocked_at_ms=st.none(),
    erased_at_ms=st.none(),
    numbers=st.lists(
        st.sampled_from(["+15145550123", "+33612345678", "12345", "=SHOP", "A;B", 'Q"T', "a,b"]),
        unique=True,
        min_size=1,
    ).map(tuple),
    tags=st.lists(LINE, unique=True, max_size=4).map(tuple),
    version=st.just(1),
    created_at_ms=st.just(1),
    updated_at_ms=st.just(1),
)


@pytest.mark.parametrize("format_", FileFormat)
@given(contact=CONTACTS)
def test_what_was_exported_changes_nothing(contact: ContactRow, format_: FileFormat) -> None:
    text = csvfile.head() + csvfile.line_of(contact) if format_ is CSV else vcard.card_of(contact)
    rows = rows_of(text.encode("utf-8", "replace"), format_, {}, country="CA")
    assert rows.problems == []
    (row,) = rows.good
    assert set(row.addresses) == set(contact.numbers)
    assert _step(row, contact).became is Became.UNCHANGED


@given(contact=CONTACTS)
def test_no_line_of_a_card_is_longer_than_75_octets(contact: ContactRow) -> None:
    lines = vcard.card_of(contact).split("\r\n")
    assert all(len(line.encode("utf-8", "replace")) <= 75 for line in lines)
