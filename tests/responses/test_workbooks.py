"""Spreadsheets: sheets, typed cells, and what goes wrong with them."""

# ruff: noqa: DTZ001  a spreadsheet knows no time zones

from __future__ import annotations

import base64
import datetime as dt
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import closeloop as cl
from closeloop.responses.workbook import cell_text
from closeloop.survey.survey import Survey

Sheets = dict[str, Sequence[Sequence[Any]]]

# One answer in a sheet, encrypted by the way spreadsheet programs do it (agile encryption, password "secret").
LOCKED = """
c-rk(2~<<Z8oum`Qluh9M2)G%g-RBZut=yOY=Hzq!jb@5Lvpi_m3y-gER`-
kap74jQj`{o7TKy$S}kgEDJ>`}6*t_i)mCjS0(B`Cr4tAiZ0#eq@0|7=zI(n*=AS$B&A;5a$<eP|zApX9<1+LZf*~8|Vc%HDeu&Kq(0Z^lVW4l~!@j=0L3
7_I{#AGYXv&`r$epb@m!_OM0FE*D9YH$|a6F(B;4^0XDE|Eze12`r?MU<QJa7a+E`ZMhP6TuXoCN3w_#B`+;AB7#z$t*9fKvgd0Zt#Sp??H8kQ!WC2m^&d
D$pX35wZksklmv*-|-
3eu=i|Ovmon&)nID}nTrd+q$=!J)c|!E5<zT804#FwDFOZe1uS?Y4fSUv`eT8u(7aiDC=@7Z0l8oYCS@2xE%4tRya5NbZAa+;(6L0IhX6$x$bt&891|dGD
@*-1*_h_B-+Rvjt!Bjf9zfr8cG#KU{Ugyg{f5vyQJ(?gAO_JG89X7Ye*Yc%b7^_}x&1Y7ioN8qS{%s8@Ao$xq^F3#sZJJ{$KrvW0O+9oJ|mFQa{nLI-
<bb{|G(eg<NjMc@_+18=-Y$m9RXTOpknFS1NFaqERVmbRu4dbbp8zZY)J;D0ex%p?_f*LpHe&MAAul17VulxUj-
<j7{tK`qW4F_RQWQ{n$9SnKRhW1{{vV(rT!T6T<MTCFe7*`5dVf}cc?z`DW3(NdA{j9T>^!JD*&QFzM#c}&v_6TqJXu+!8a24M(DSNfSrYc5z{CQ*a;xo1
Yp5KeqbM_`?8@J3-
U73y*?>dwtu01Y{6wZ%Yt6YR4Oof7(r!f6%|YH!DBJ7N~jjeR1zvSAwGPbKNf>(1uBt1p;p0EtPw`BF9kaWftwJcMhj+PzzQmqij``$nm`;56-
r^H0QFJIgoqkdi?u#NwGyWmi)BI>N5tbPxZkE?2j&K9ESN2ajbQ@|s1ck-fT9L9A{tys__PZNVMHqfV*)LV4R*u;1cC8TfmVP)1qv-
!mIZt#P_URZg<2^8tqX1nk!gYVL^9|}1*mjjj6%Zpukr{&nMMjDG=)Ts$h1-=6-x`_V$D{%R3KCJ2Ym1wOD%%wA@qS2hfLx|(#QlNwtr8F0)-AJacBm*N-
H8n;6;d#F35<?WU`fUR4NvOGdm&zUNBTzSOOL?V$9KpMUhH@Fd8;evEFDrA&n5ljAln9aI_RuFP0&RB5sr*O7F)Nkps}gC}Tu`Hz7nE9UqFIQQ=Y=g-
;|W()jTdom$Exh3fg*Bn}tF#j(Y)BsEW`jpEZxI~b;A-mf&4pN{$_z`n-#G?juNhDH8tBAr4O2QXmoIK8hQmz@!pnGr9CBV+v;LKa>aCYMCT(ez;)E-
%fG5)&hWQL<kmGg20du=xh5Az45-
4E1+tV$tA7X&7e5=n&aoF1p}hDGt&EKJpjD6@zMID!N*y(t=9Cn}D^Tl!h12V;ELue{W^|sqT=fV@3*@G`xtD6{5t;qJ*LT3347&GA!qbFan+^7>NWz43$
O);*iKn5+)%`TBel5QyVpUj#SG}HdV@>%KqVs=6!@vbcReZ(>t1><wkJ{hD5Q^$WFoqBn4=NF_c(xg2+!S$&3!C83kGCz8ZXzE-
O@x@YO`3pG3ywCUf{ql16EaF{u5*G8MegSVWN&XBg%O$mO6IBf^lD1!u}5lWEC_MiW33^TT<#$S@U&&Wp*+pfgb^!llIo#G}8JV}EH3D<E^3;vTEhpdkli
u;UDDlQi~2L|n83$EsrJoyh)mIj81qKeXMxVnN~6`4zX$MDyUEON*MOeZPo6q;|bWahPR|&qeOIrl4J`*TvOL?Ils)J-
aVm?ya`@Y>Zd0ZqxaL4Db8rF#p}^Raw%!|F{RP(s(U&U-
ZJwIj8MDuR1*?_C{mKn=x|FJ4=0?D%Y3$T)SQ4m2>M{wKDnozQz*~#J;A~sDjck|2cJmJF{&a4yFI(wAn4M=JV2d+?S6Mp!MpKQm&1?k8VFbqU}z~r*BR#
I<%yrt_^u>JE7q~FR^Hme3mM=Wi5|(@?@{o{TJLjmxy&iJBl}i=;-HHyPW9JTxv<Gn0#_yYV*YI9o6}*_QwjZ)^2KEuNmjpk-<0^xy9zi-HudVb)e9rdH3
>f1+Rz2rcDy}cw@&ozZ|zndNHc@{fNn;Q?1{wYyVWf6XE{I+I`~XzSK;PgCBX<@{N;a@4CKF_E!0gck2BLl8bs4uWy(h9h|W9qiIEob$R0Mz2wc6t5qu!e
5a`jGvA+!zqY3QrOI6T+7|!1k2e;-;<fie-*-h<cYN3ieIa}IOxDe@V?J=3t$EhNh0o-CR_e8|yCR`S@5Cu?IC59w=69>A-gV)j<1@!U*H~RcUB-
U4<A~?#?^vE61n%cwDyTbMQ6M30<Ce{~O|Rv+d>L?yxspftV$09poNDhV^rBQMQ`W(@=O+3(f3}Wzz(LT`-
hNkOweoE{G^epP`9fvJ@_T#chO}8nwwG@zEEXL}+hnviTyZ>pmOpn-TlZOg7=7j|5k(7%rU}3InV4<(;>fEHZ_@4UE_yDi=}YpsKK_W$jF5a~Re0C<`}tF
UJpXfSyY0=+PvaKfbL}{~c4Z5HS<E+HUDlehYpV2BHhufkj<d-
jEgT1{#0TS`tSu?k_s%s+S6JurR$bM6P@_Ul@7p(1{T~XnNvC+Y@!JG+=>%6+`TL};DTM_jy9*j)tzz+ZVx!`du2a3R<aM0$^+^Y}2(tOV<kuOuR%KCkO)
V46_OVgNf4S!;Mup=W$mNw*YfI|i_R2b*F?sX3MKAbw$q(tEzU<ov7fi@?RyUMahF#hFpu*DzvM;B<)kf(#^y0kp{OmLQ#!i}3@Ufr1cK`8{&yOB!JG_Q-
uk-EeGpa7pIL!fN-!zsGd*&~jd$4(qZQTPj&$S``)zlr0yE^8l-@b7onsw7~<I-(TqW)Iv$BXgry*|E~-EPbjyKkd-
+<lOJI;UJwu)jM2A92>3lAf1p<G5^ou3K;6g}9!)*w|OCQz}Aph%}e*g=7cThLY|1t%XkSM2x$<4kKn2ICY*3{K^OSW}9zYC1+E(q4RE@(utMIFK$yGYwD
3S9qV?U^4`&FGgs}e>MGeYg^PQ|?)%#MS<WZ1I}38X`{wNR?QMi6y*4|WLd~x@SWRw(Z@C3^PwZlB{@5Y@is$5+Tk@~`V#PXL-
BDrPu&w_2Q;ubI&SAZmGS2K>Qge7oec*v(ovRW={&n@nt?Pejy?Q^VY(sR-rCmQP%oijrsjS4zNKH(s-
da5WKpvwk+PY0KmuXaxS{paab`0nkcRA~;H6b(P6}98bZbnT{IRE0sIiHBhKVUZ=zIgvsB>T>8=ZSVx^*cB3Y!AIq>{J+cqABLJ=89)r6AzR1%s3v=cUIW
EyR*wUE8MrZuc$8(ZIjG>eklfRT1s}Z{?f&{^SHcG)r+RR(Q^Ji9~#9dMlp&}jA9f|#IMM?qip
"""


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook: sheet name → rows; dates and times get a number format."""

    def put(sheets: Sheets, name: str = "answers.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as made:
            for title, rows in sheets.items():
                sheet = made.add_worksheet(title)
                for place, row in enumerate(rows):
                    sheet.write_row(place, 0, row)
        return path

    return put


def test_numbers_and_times_are_the_text_a_person_reads(book: Callable[..., Path], small: Survey) -> None:
    rows = [
        ["recommend", "why", "answered_at", "call", "visits"],
        [9, "fine", dt.datetime(2026, 5, 3, 7, 5), True, 3.0],
        ["11", None, dt.datetime(2026, 5, 4), False, 2.5],
    ]
    responses = cl.read_responses(book({"A": rows}), small)
    assert responses.ledger == {"rows_in": 2, "accepted": 1, "quarantined": 1, "superseded": 0}
    row = responses.accepted.iloc[0]
    assert (row["recommend"], row["visits"], row["call"]) == (9, 3, True)
    assert str(row["answered_at"]) == "2026-05-03 07:05:00"
    assert responses.raw["answered_at"].tolist() == ["2026-05-03 07:05:00", "2026-05-04"]
    assert responses.sources[0].sheet == "A"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (" a ", " a "),
        (9.0, "9"),
        (-0.0, "0"),
        (7.5, "7.5"),
        (0.1, "0.1"),
        (True, "true"),
        (False, "false"),
        (1234567890123456.0, "1234567890123456"),
        (123456789012345680.0, "123456789012345680"),
        (1e-7, "1e-07"),
        (12, "12"),
        (dt.date(2026, 5, 3), "2026-05-03"),
        (dt.datetime(2026, 5, 3), "2026-05-03"),
        (dt.datetime(2026, 5, 3, 1, 2, 3), "2026-05-03 01:02:03"),
        (dt.time(14, 30), "14:30:00"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_the_text_of_a_cell(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_choice_that_the_program_made_a_date_of_is_said(book: Callable[..., Path], small: Survey) -> None:
    responses = cl.read_responses(
        book({"A": [["recommend", "branch"], [dt.datetime(2026, 1, 5), "east"], [9, dt.datetime(2026, 1, 5)]]}), small
    )
    codes = responses.issues.query("severity == 'error'")[["item", "code", "effect"]].astype(str).values.tolist()
    assert codes == [["recommend", "spreadsheet_date", "quarantined"], ["branch", "spreadsheet_date", "blanked"]]


def test_the_first_sheet_with_anything_in_it_is_read(book: Callable[..., Path], small: Survey) -> None:
    path = book({"Empty": [], "Answers": [["recommend"], [9]], "Notes": [["n"], [1]]})
    responses = cl.read_responses(path, small)
    assert (responses.sources[0].sheet, responses.ledger["accepted"]) == ("Answers", 1)
    assert "Empty, Answers, Notes" in responses.sources[0].encoding_reason.en
    assert cl.read_responses(path, sheet=2).sources[0].sheet == "Notes"
    assert cl.read_responses(path, sheet="Notes").accepted["n"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("sheet", "hint"), [("Answer", "Answers"), ("缺", "Empty.*Answers"), (7, "Empty"), (-1, "Empty")]
)
def test_a_sheet_that_is_not_there_is_an_error_with_the_nearest(
    book: Callable[..., Path], sheet: str | int, hint: str
) -> None:
    path = book({"Empty": [], "Answers": [["recommend"], [9]]})
    with pytest.raises(cl.ResponseValidationError, match=f"no sheet “{sheet}”.*{hint}"):
        cl.read_responses(path, sheet=sheet)


def test_an_empty_sheet_and_one_with_a_header_alone_are_said(book: Callable[..., Path]) -> None:
    path = book({"Empty": [], "Head": [["recommend"]]})
    with pytest.raises(cl.InsufficientDataError, match=r"“Empty” of answers\.xlsx is empty"):
        cl.read_responses(path, sheet="Empty")
    with pytest.raises(cl.InsufficientDataError, match="header but no answer"):
        cl.read_responses(path, sheet="Head")


def test_row_numbers_are_those_the_program_shows(book: Callable[..., Path], small: Survey) -> None:
    responses = cl.read_responses(
        book({"A": [["recommend", "why"], [9, "a"], [], ["11", "b"], [], [8, "c"], [], []]}), small
    )
    assert responses.raw["source_row"].tolist() == [2, 4, 6]
    assert responses.issues.query("code == 'out_of_range'")["source_row"].tolist() == [4]
    assert responses.issues.query("code == 'blank_lines'")["message_en"].tolist() == ["2 blank lines were passed over"]


def test_columns_beyond_the_header_are_kept(book: Callable[..., Path]) -> None:
    raw = cl.read_responses(book({"A": [["recommend"], [9, "stray"], [8]]})).raw
    assert raw.iloc[:, -1].tolist() == ["stray", ""]


def test_repeated_and_empty_headers_survive_in_a_workbook(book: Callable[..., Path]) -> None:
    accepted = cl.read_responses(book({"A": [["Other", None, "Other"], ["a", "b", "c"]]})).accepted
    assert accepted[["Other", "column 2", "Other#2"]].values.tolist() == [["a", "b", "c"]]


def test_rows_above_the_header_are_an_error_with_the_remedy(book: Callable[..., Path], small: Survey) -> None:
    with pytest.raises(cl.ResponseValidationError, match=r"first row is empty.*remove the empty rows"):
        cl.read_responses(book({"A": [[], ["recommend"], [9]]}), small)


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_a_workbook_with_a_password_is_said_with_the_remedy(tmp_path: Path, small: Survey, suffix: str) -> None:
    path = tmp_path / f"locked{suffix}"
    path.write_bytes(zlib.decompress(base64.b85decode("".join(LOCKED.split()))))
    with pytest.raises(cl.ResponseValidationError) as error:
        cl.read_responses(path, small)
    assert "protected by a password" in error.value.text.en
    assert "save a copy without the password" in error.value.text.en
    assert "密码" in error.value.text.zh


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.xlsm", "a.xlsb", "a.ods"])
@pytest.mark.parametrize(
    "data",
    [
        b"recommend,why\n9,a\n",
        b"<html><table><tr><td>9</td></tr></table></html>",
        b"PK\x03\x04broken",
        bytes(range(256)) * 9,
    ],
)
def test_what_only_calls_itself_a_workbook_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(cl.ResponseValidationError, match="cannot be read as a workbook"):
        cl.read_responses(path)


def test_a_download_that_broke_off_is_refused(book: Callable[..., Path], tmp_path: Path) -> None:
    whole = book({"A": [["recommend"], *([i % 11] for i in range(500))]}).read_bytes()
    for part in (10, len(whole) // 2, len(whole) - 30):
        path = tmp_path / f"{part}.xlsx"
        path.write_bytes(whole[:part])
        with pytest.raises(cl.ResponseValidationError, match="cannot be read as a workbook"):
            cl.read_responses(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(cl.ResponseValidationError, match="cannot be read as a workbook"):
        cl.read_responses(path)


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(cl.InsufficientDataError, match=r"a\.xlsx is empty"):
        cl.read_responses(tmp_path / "a.xlsx")


def test_a_workbook_and_its_csv_give_the_same_answers(book: Callable[..., Path], small: Survey, tmp_path: Path) -> None:
    rows = [
        ["response_id", "recommend", "branch", "pains"],
        ["a", "9", "West", ""],
        ["b", "7.5", "east", ""],
        ["c", "3", "", "price;wait"],
    ]
    csv = tmp_path / "answers.csv"
    csv.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    left, right = (cl.read_responses(p, small).accepted.drop(columns="source_file") for p in (book({"A": rows}), csv))
    assert left.equals(right)
