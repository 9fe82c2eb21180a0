"""The fields of a customer as people write them: the name in a form, the phones, the contact, the address."""

import random

from tests.bench.lists.mixed_customers import WORDS, Customer, Town, latin


def one_digit_off(number: str, rng: random.Random) -> str:
    """The number with one of its last eight digits changed, or two neighbours turned."""
    at = rng.randrange(len(number) - 7, len(number) - 1)
    if number[at] != number[at + 1] and "-" not in number[at : at + 2] and rng.random() < 0.4:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if not number[at].isdigit():
        at += 1
    return number[:at] + str((int(number[at]) + rng.randrange(1, 10)) % 10) + number[at + 1 :]


def mistype(text: str, table: dict[str, str], places: range, rng: random.Random) -> str | None:
    """Text with one character replaced from the table, None if the table knows none of those places."""
    known = [at for at in places if text[at] in table]
    if not known:
        return None
    at = rng.choice(known)
    wrong: str = rng.choice(table[text[at]])
    return text[:at] + wrong + text[at + 1 :]


def traditional(text: str) -> str:
    return "".join(WORDS["traditional"].get(char, char) for char in text)


def fallible(customer: Customer) -> range:
    """The places of the full name where a typing error does not hide what tells the customer from its relatives."""
    name = customer.name
    start = len(name.region)
    end = start + len(name.brand) + len(name.trade)
    if "brand" in customer.fixed:
        start += len(name.brand)
    if "trade" in customer.fixed:
        end -= len(name.trade)
    return range(start, max(start, end))


def name_text(form: str, customer: Customer, rng: random.Random) -> str | None:
    """The name in that form; None where the form does not apply or would tell nothing new."""
    name, full = customer.name, customer.name.text()
    region = name.region.removesuffix("市")
    places = fallible(customer)
    text: str | None
    match form:
        case "exact":
            return full
        case "spaced":
            at = rng.randrange(1, len(full))
            return rng.choice((full[:at] + " " + full[at:], full + " ", " " + full, full + "　"))
        case "wide":
            text = full.replace("（", "(").replace("）", ")") if "（" in full else full + rng.choice(("。", "，", "\n", "\t"))
        case "traditional":
            text = traditional(full)
        case "remark":
            remark = rng.choice(WORDS["remarks"])
            text = full + remark if rng.random() < 0.7 else remark + full
        case "moved_region":
            bracket = rng.choice(("（{}）", "({})")).format(name.region)
            halves = (name.brand, name.trade) if rng.random() < 0.5 else (name.brand + name.trade, "")
            text = halves[0] + bracket + halves[1] + name.suffix + name.unit
        case "no_region":
            text = name.text("region") if name.region else None
        case "no_suffix":
            text = name.text("suffix") if name.suffix else None
        case "short":
            text = name.text("region", "suffix") if name.region or name.suffix else None
        case "brand":
            text = region + name.brand + name.unit
        case "sound":
            text = mistype(full, WORDS["homophones"], range(1, len(full)) if customer.world == "person" else places, rng)
        case "shape":
            text = mistype(full, WORDS["shapes"], range(1, len(full)) if customer.world == "person" else places, rng)
        case "turned":
            at = rng.choice(places[:-1]) if len(places) > 2 else -1
            text = full[:at] + full[at + 1] + full[at] + full[at + 2 :] if at >= 0 else None
        case "dropped":
            at = rng.choice(places[1:]) if len(places) > 3 else -1
            text = full[:at] + full[at + 1 :] if at >= 0 else None
        case "initials":
            text = "".join(WORDS["pinyin"].get(char, char)[0] for char in region + name.brand + name.trade + name.unit)
            text = text.upper() if rng.random() < 0.7 else text
        case "english":
            text = customer.english if customer.english and not name.unit else None
        case "bilingual":
            text = f"{full} {customer.english}" if customer.english and not name.unit else None
        case "former":
            text = customer.former or None
        case "linked":
            both = rng.choice(("{}（原{}）", "{}(曾用名：{})", "{} 原名{}"))
            text = both.format(full, customer.former) if customer.former else None
        case "spoken":
            text = customer.spoken or None
        case "bracket":
            text = name.text("unit") + rng.choice(("（{}）", "({})", "-{}", " {}")).format(name.unit) if name.unit else None
        case "unit_at_contact":
            text = name.text("unit") if name.unit else None
        case "no_trade_outlet":
            text = f"{name.brand}{name.unit}"
        case "called":
            text = customer.person[0] + rng.choice(("先生", "女士", "总", "老师"))
        case "owner":
            text = f"{customer.person}（{name.trade}）"
        case _:
            assert form == "pinyin", form
            text = latin(full[0]).capitalize() + " " + latin(full[1:]).capitalize()
    return None if text == full else text


def line_text(number: str, rng: random.Random) -> str:
    """A number in one of the usual formats."""
    form: str
    if number[0] == "1" and len(number) == 11:
        form = rng.choice(WORDS["mobile_forms"])
        if form == "full width":
            return number.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
        return form.format(number[:3], number[3:7], number[7:])
    area, _, rest = number.partition("-")
    if area == "400":
        return number
    main, _, extension = rest.partition("-")
    form = rng.choice(WORDS["extension_forms"] if extension else WORDS["landline_forms"])
    return form.format(area, main, extension, area.removeprefix("0"), main[:4], main[4:])


def phone(form: str, customer: Customer, town: Town) -> tuple[str, frozenset[str]]:
    """The phone cell and the customer's numbers that it tells."""
    rng, mobile, landline = town.rng, customer.mobile, customer.landline
    real = frozenset() if mobile in WORDS["no_phone"] else frozenset({mobile})
    match form:
        case "same":
            return mobile, real
        case "format":
            return (line_text(mobile, rng) if real else mobile), real
        case "both" if real and mobile != landline:
            pair = [line_text(mobile, rng), line_text(landline, rng)]
            rng.shuffle(pair)
            return rng.choice(("/", "；", "、", " ", ",", "\n")).join(pair), real | {landline}
        case "second" if real:
            pair = [line_text(mobile, rng), town.mobile()]
            rng.shuffle(pair)
            return rng.choice(("/", "；", " ", "，")).join(pair), real
        case "landline":
            return line_text(landline, rng), frozenset({landline})
        case "digit" if real:
            return town.fresh(lambda: one_digit_off(mobile, rng)), frozenset()
        case "changed":
            return town.mobile(), frozenset()
        case "filler":
            return rng.choice(WORDS["no_phone"]), frozenset()
        case "missing":
            return "", frozenset()
    return mobile, real


def contact(way: str, customer: Customer, town: Town) -> tuple[str, int]:
    """The contact cell and how well it tells the person."""
    rng, person = town.rng, customer.person
    if person in WORDS["no_person"]:
        return person, 0
    match way:
        case "format":
            role = rng.choice(WORDS["roles"])
            form = rng.choice(("{0} {1}", "{0}{1} ", "traditional", "{0}{1}（{2}）", "{2}{0}{1}", "联系人：{0}{1}"))
            return (traditional(person) if form == "traditional" else form.format(person[0], person[1:], role)), 2
        case "title":
            return person[0] + rng.choice(WORDS["titles"]), 1
        case "pinyin":
            return f"{latin(person[0]).capitalize()} {latin(person[1:]).capitalize()}", 1
        case "typo":
            wrong = mistype(person, WORDS["homophones"], range(1, len(person)), rng)
            return (wrong, 1) if wrong else (person, 2)
        case "two":
            return f"{person}{rng.choice('/、,')}{town.person()}", 2
        case "other":
            return town.person(), 0
        case "filler":
            return rng.choice(WORDS["no_person"]), 0
        case "missing":
            return "", 0
    return person + customer.remark, 2


def address(form: str, customer: Customer, rng: random.Random) -> tuple[str, int]:
    """The address cell and how well it tells the place; a home with its room tells a private person best."""
    place, home = customer.place, customer.world == "person"
    city, street = place.city["city"] + "市", f"{place.road}{place.number}号"
    best = 3 if home else 2
    match form:
        case "no_province":
            return f"{city}{place.district}{street}{place.detail}", best
        case "no_city":
            return f"{place.district}{street}{place.detail}", best
        case "street":
            return rng.choice((f"{place.district}{street}", f"{city}{street}")), 2
        case "written":
            detail = place.detail.replace("室", "").replace("单元", "-").replace("幢", rng.choice(("栋", "#", "-")))
            return f"{city}{place.district}{place.road}{place.number}{rng.choice(('#', '号', '-'))}{detail}".rstrip("-"), best
        case "city":
            return city + place.district, 0
        case "traditional":
            return traditional(f"{city}{place.district}{street}{place.detail}"), best
        case "missing":
            return "", 0
    return f"{place.city['province']}{city}{place.district}{street}{place.detail}", best
