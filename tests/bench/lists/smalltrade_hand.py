"""How people type a customer into a list: abbreviations, slips and remarks."""

import random
from functools import cache

from opencc import OpenCC

from tests.bench.lists.smalltrade_row import Row
from tests.bench.lists.smalltrade_world import INDUSTRY, PLACEHOLDER_PHONES, TRADES, WORDS, Customer

FULL_WIDTH = str.maketrans("0123456789ABCDE()-", "０１２３４５６７８９ＡＢＣＤＥ（）－")
HANZI = str.maketrans("123456789", "一二三四五六七八九")


@cache
def lookalikes(table: str) -> dict[str, str]:
    alike: dict[str, str] = {}
    for group in WORDS[table]:
        for char in group if len(group) > 1 else "":
            alike[char] = alike.get(char, "") + group.replace(char, "")
    return alike


@cache
def traditional() -> OpenCC:
    return OpenCC("s2t")


class Hand:
    """Types rows. `care` from 0 (hasty) to 1 (no slip, everything given in full)."""

    def __init__(self, rng: random.Random, care: float) -> None:
        self.rng = rng
        self.care = care

    def slip(self, share: float) -> bool:
        return self.rng.random() < share * (1 - self.care)

    def typo(self, text: str) -> str:
        """The text with one character mistaken by sound (two of three) or by shape, or unchanged."""
        for table in self.rng.choice([("homophones", "shapes")] * 2 + [("shapes", "homophones")]):
            spots = [i for i, char in enumerate(text) if char in lookalikes(table)]
            if spots:
                i = self.rng.choice(spots)
                return text[:i] + self.rng.choice(lookalikes(table)[text[i]]) + text[i + 1:]
        return text

    def write(self, who: Customer) -> Row:
        row = Row()
        self.name(row, who)
        self.contact(row, who)
        self.phone(row, who)
        self.address(row, who)
        self.mail(row, who)
        self.rest(row, who)
        self.misplace(row, who)
        return row

    # --- name ---------------------------------------------------------------------------------------------------------------

    def name(self, row: Row, who: Customer) -> None:
        rng, seen = self.rng, row.seen
        seen.brand, seen.trade = who.brand, who.trade
        brand, form = who.brand, who.form
        if self.slip(0.10) and (wrong := self.typo(brand)) != brand:
            brand, seen.brand_typo = wrong, True
            row.kinds.append("name:typo")
        if who.sort == "person":
            self.person_name(row, who, brand)
            return
        if self.slip(0.3):
            form = rng.choice(TRADES[who.trade])
            row.kinds.append("name:other_form")
        if self.slip(0.05) and len(form) > 2:
            i = rng.randrange(1, len(form))
            form = form[:i] + form[i + 1:]
            row.kinds.append("name:missing_char")
        if brand.startswith("老") and len(brand) == 2 and self.slip(0.4):
            brand += rng.choice("家家头")
            row.kinds.append("name:colloquial")
        name = brand + form
        if self.slip(0.05) and not seen.brand_typo:
            name, seen.trade = brand, ""
            row.kinds.append("name:brand_only")
        elif self.slip(0.06):
            name = rng.choice([form + brand, f"{form}-{brand}", f"{form}（{brand}）", f"{brand} {form}"])
            row.kinds.append("name:order")
        if who.sort == "outlet":
            name = self.outlet_name(row, who, name)
        elif self.slip(0.16):
            district, city = who.place.district, who.place.city
            name = rng.choice([city + name, f"{city}市{district}{name}", district + name, f"{name}（{city}）", f"{city}{name}（个体工商户）", f"{name}({district})"])
            row.kinds.append("name:place_added")
        elif self.slip(0.06):
            name += rng.choice(["（个体工商户）", "(个体)"])
            row.kinds.append("name:legal_form")
        elif self.slip(0.06) and not who.agent and who.event != "spouse":
            name += f"({who.owner.name})"
            seen.owner = who.owner.name
            row.kinds.append("name:owner_added")
        elif self.slip(0.05) and who.sort == "shop":
            name += f"({who.place.site})"
            row.kinds.append("name:road_added")
        row.name = name

    def person_name(self, row: Row, who: Customer, name: str) -> None:
        rng, owner = self.rng, who.owner
        if row.seen.brand_typo:
            row.seen.owner_typo = True
        row.seen.owner = owner.name
        if not who.group and self.slip(0.08):
            name = rng.choice([f"{owner.surname}{'女士' if owner.female else '先生'}", f"{owner.surname}{'姐' if owner.female else '哥'}"])
            row.seen.brand = row.seen.owner = ""
            row.kinds.append("name:title_only")
        elif self.slip(0.08):
            name += rng.choice(["女士" if owner.female else "先生", "（个人）", "(散客)", " 个人"])
            row.kinds.append("name:title_added")
        elif self.slip(0.03) and len(name) == 2:
            name = f"{name[0]} {name[1]}"
            row.kinds.append("name:space")
        row.name = name

    def outlet_name(self, row: Row, who: Customer, name: str) -> str:
        label = who.label
        on_road = not label[0].isdigit()
        row.seen.label = label
        if on_road and self.slip(0.10):
            row.kinds.append("name:label_left_out")
            row.seen.label = ""
            return name
        if not on_road and self.slip(0.3):
            number = int(label[:-1])
            label = self.rng.choice([f"第{number}分店", f"{number}号店", f"{label[:-1].translate(HANZI)}店" if number < 10 else f"{number}分店"])
            row.kinds.append("name:label_other_form")
        elif on_road and self.slip(0.12):
            label = label[:-1] + "分店"
            row.kinds.append("name:label_other_form")
        if self.slip(0.15):
            row.kinds.append("name:place_added")
            name = who.place.city + name
        return self.rng.choice([f"{name}({label})", f"{name}({label})", f"{name}（{label}）", f"{name}{label}", f"{name} {label}", f"{name}-{label}"])

    # --- contact ------------------------------------------------------------------------------------------------------------

    def contact(self, row: Row, who: Customer) -> None:
        rng, seen = self.rng, row.seen
        owner = who.agent or who.owner
        if who.sort == "person":
            if rng.random() < 0.65:
                row.contact = row.name if rng.random() < 0.5 and row.seen.brand else ""
                return
        elif self.slip(0.12) or (who.sort == "outlet" and self.slip(0.25)):
            row.contact = rng.choice(["", "", "", "前台", "店长", "无", "老板", "暂无", "收银台"])
            row.kinds.append("contact:none")
            return
        name = owner.name
        seen.owner = owner.name
        if not who.agent and who.sort != "person" and self.slip(0.22):
            elder = "姐" if owner.female else rng.choice(["哥", "师傅"])
            name = owner.surname + rng.choice([elder, elder, "老板", "老板娘" if owner.female else "老板", "总", "女士" if owner.female else "先生", ""])
            if rng.random() < 0.15:
                name = rng.choice("老小") + owner.surname
            seen.owner = ""
            row.kinds.append("contact:title")
        elif self.slip(0.06) and (wrong := self.typo(name)) != name:
            name, seen.owner_typo = wrong, True
            row.kinds.append("contact:typo")
        elif self.slip(0.03) and len(owner.given) == 2:
            name, seen.owner = owner.given, ""
            row.kinds.append("contact:given_only")
        if self.slip(0.05):
            name += rng.choice(WORDS["contact_remarks"])
            row.kinds.append("contact:remark")
        row.contact = name

    # --- phone --------------------------------------------------------------------------------------------------------------

    def phone(self, row: Row, who: Customer) -> None:
        rng, seen = self.rng, row.seen
        if who.shared in PLACEHOLDER_PHONES or (not who.shared and self.slip(0.07)):
            row.phone = who.shared or rng.choice([*PLACEHOLDER_PHONES, "", "", "", "", "", ""])
            seen.shared = row.phone
            row.kinds.append("phone:placeholder" if row.phone else "phone:blank")
            return
        own = who.group not in ("two_shops", "agent", "family") or not who.shared
        if who.group == "family":
            seen.phones.add(who.mobile)
            row.phone = self.mobile(row, who.mobile)
            if who.shared and rng.random() < 0.6:
                row.phone += f" {who.shared}"
            return
        if who.shared and (not own or rng.random() < 0.7):
            seen.shared = who.shared
            row.phone = who.shared if "-" in who.shared else self.mobile(row, who.shared, misprint=False)
            if own and self.slip(0.15):
                seen.phones.add(who.mobile)
                row.phone += rng.choice(["/", "；", " ", "、"]) + who.mobile
                row.kinds.append("phone:two")
            return
        if who.sort != "person" and self.slip(0.10):
            seen.phones.add(who.landline)
            row.phone = self.landline(row, who.landline)
            row.kinds.append("phone:landline_only")
            return
        row.phone = self.mobile(row, who.mobile)
        if who.mobile not in seen.near:
            seen.phones.add(who.mobile)
        if who.event == "number" and who.old and self.slip(0.2):
            seen.phones.add(who.old.mobile)
            row.phone = f"{row.phone.strip()}{rng.choice('/ ；')}{who.old.mobile}"
            row.kinds.append("phone:new_and_old")
        elif self.slip(0.07) and who.sort != "person":
            seen.phones.add(who.landline)
            pair = [row.phone.strip(), self.landline(row, who.landline)]
            rng.shuffle(pair)
            row.phone = rng.choice(["/", "；", " ", "、", ",", " 或 ", "\n"]).join(pair)
            row.kinds.append("phone:two")

    def mobile(self, row: Row, number: str, misprint: bool = True) -> str:
        rng = self.rng
        if misprint and self.slip(0.05):
            i = rng.randrange(3, 10)
            swapped = number[:i] + number[i + 1] + number[i] + number[i + 2:]
            wrong = rng.choice([swapped, swapped, number[:i] + number[i + 1:], number[:i] + str((int(number[i]) + rng.choice([1, 3, 6])) % 10) + number[i + 1:]])
            if wrong != number:
                row.seen.near.add(number)
                row.kinds.append("phone:misprint")
                return wrong
        if self.slip(0.28):
            row.kinds.append("phone:format")
            a, b, c = number[:3], number[3:7], number[7:]
            return rng.choice([f"{a} {b} {c}", f"{a} {b} {c}", f"{a}-{b}-{c}", f"86-{number}", f"+86 {number}", f"+86{number}", f"0086{number}", f"0{number}",
                               number.translate(FULL_WIDTH), number + " ", f"'{number}", f"{number}(微信同号)", f"手机{number}", f"{number}.0"])
        return number

    def landline(self, row: Row, number: str) -> str:
        code, local = number.split("-")
        extension = str(self.rng.randint(801, 828))
        text = self.rng.choice([number, number, f"({code}){local}", code + local, local, f"{number}转{extension}", f"{number}-{extension}", f"{code} {local}"])
        if text.endswith(extension):
            row.kinds.append("phone:extension")
        return text

    # --- address ------------------------------------------------------------------------------------------------------------

    def address(self, row: Row, who: Customer) -> None:
        rng, place = self.rng, who.place
        if self.slip(0.16):
            row.kinds.append("address:blank")
            return
        province, city, district, site = place.province, place.city, place.district, place.site
        row.seen.place = place.key
        if self.slip(0.06) and (wrong := self.typo(site)) != site:
            site = wrong
            row.kinds.append("address:typo")
        bare = district.removesuffix("区") if len(district) > 2 else district
        heads = [f"{province}{city}市{district}", f"{city}市{district}", f"{city}市{district}"]
        if self.slip(0.5):
            heads = [f"{city}{bare}", f"{city}", district, f"{city}{district}", "", f"{city}市", f"{city}市 {district} ", f"{district},{city}市,"]
            row.kinds.append("address:shortened")
        number = place.number
        if self.slip(0.06):
            number = number.translate(FULL_WIDTH)
            row.kinds.append("address:full_width")
        elif self.slip(0.06):
            number = number.replace("号", "#").replace("栋", "幢")
            row.kinds.append("address:other_signs")
        elif self.slip(0.05) and who.sort != "stall":
            number = ""
            row.seen.place = ""
            row.kinds.append("address:no_number")
        row.address = rng.choice(heads) + site + number
        if place.landmark and rng.random() < 0.5:
            row.address += rng.choice([f"({place.landmark})", place.landmark, f" {place.landmark}"])
            row.kinds.append("address:landmark")

    # --- the other columns --------------------------------------------------------------------------------------------------

    def mail(self, row: Row, who: Customer) -> None:
        rng = self.rng
        if rng.random() < 0.14:
            own = who.group not in ("agent", "two_shops", "chain")
            row.mail = f"{who.qq}@qq.com" if rng.random() < 0.85 or not own else f"{who.mobile}@139.com"
            if self.slip(0.1):
                row.mail = who.qq
                row.kinds.append("mail:qq_number")
        elif rng.random() < 0.04:
            row.mail = rng.choice(["无", "暂无", "123@qq.com", "/", "没有"])
            row.kinds.append("mail:placeholder")

    def rest(self, row: Row, who: Customer) -> None:
        rng = self.rng
        if who.trade and rng.random() < 0.5:
            row.industry = rng.choice([INDUSTRY[who.trade], INDUSTRY[who.trade], who.trade, "个体", "零售"])
        if self.slip(0.06):
            row.name += rng.choice(WORDS["name_remarks"])
            row.kinds.append("name:remark")
        if self.slip(0.025):
            changed = traditional().convert(row.name)
            if changed != row.name:
                row.name, row.contact, row.address = changed, traditional().convert(row.contact), traditional().convert(row.address)
                row.kinds.append("row:traditional")
        if self.slip(0.05):
            row.name = rng.choice([row.name + " ", " " + row.name, row.name[:2] + " " + row.name[2:], row.name + "　"])
            row.kinds.append("name:space")

    def misplace(self, row: Row, who: Customer) -> None:
        """The right thing in the wrong column."""
        rng = self.rng
        if who.sort != "person" and row.seen.owner and row.contact and self.slip(0.02):
            row.name, row.contact = row.contact, row.name
            row.kinds.append("row:name_contact_swapped")
        elif row.phone and row.seen.phones and self.slip(0.03):
            number, row.phone = row.phone.strip(), ""
            where = rng.choice(["contact", "contact", "name", "mail", "address"])
            if where == "mail" and row.mail:
                where = "contact"
            setattr(row, where, f"{getattr(row, where)} {number}".strip())
            row.kinds.append(f"phone:in_{where}")
